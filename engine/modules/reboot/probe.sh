# shellcheck shell=sh disable=SC2154
# Variables: boot_time_command, test_command (shell text). Prints: boot, trouble (what a test command that fails says)
boot=$(eval "$boot_time_command") || refuse "failed to get host boot time info: $boot_time_command ended with $?"
fact boot "$boot"
said=$(eval "$test_command" 2>&1) || fact trouble "$said"
exit 0
