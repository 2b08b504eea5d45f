/* Holds a pod's namespaces open: waits, reaps orphans (it is pid 1 when the pod shares its processes), ends when told to. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void end(int number) {
  (void)number;
  _exit(0);
}

static void reap(int number) {
  (void)number;
  while (waitpid(-1, NULL, WNOHANG) > 0)
    ;
}

int main(int count, char **words) {
  /* kubeadm asks for the version to see whether the cluster can run a pod */
  if (count > 1 && strcmp(words[1], "-v") == 0) {
    puts("pause of the lab");
    return 0;
  }
  struct sigaction on_end = {.sa_handler = end};
  struct sigaction on_child = {.sa_handler = reap, .sa_flags = SA_NOCLDSTOP};
  sigaction(SIGINT, &on_end, NULL);
  sigaction(SIGTERM, &on_end, NULL);
  sigaction(SIGCHLD, &on_child, NULL);
  for (;;)
    pause();
}
