/** Modules of ansible-core, and short names that older roles use for modules that moved to collections. */
const SHORT = new Set(
  `add_host apt apt_key apt_repository assemble assert async_status blockinfile command copy cron deb822_repository debconf debug dnf dnf5
  dpkg_selections expect fail fetch file find gather_facts get_url getent git group group_by hostname iptables known_hosts lineinfile meta
  mount_facts package package_facts pause ping pip raw reboot replace rpm_key script service service_facts set_fact set_stats setup shell slurp
  stat subversion systemd systemd_service sysvinit tempfile template unarchive uri user validate_argument_spec wait_for wait_for_connection yum
  yum_repository win_command win_shell
  acl alternatives apk archive at authorized_key capabilities cpanm composer docker_compose docker_container docker_image docker_login docker_network
  docker_volume ec2 ec2_instance filesystem firewalld flatpak gem github_release gluster_volume grafana_dashboard haproxy helm homebrew homebrew_cask
  htpasswd ini_file interfaces_file ipmi_boot jenkins_job jenkins_plugin k8s k8s_info kernel_blacklist ldap_entry lvg lvol mail make modprobe
  mongodb_user monit mount mysql_db mysql_info mysql_query mysql_replication mysql_user mysql_variables nmcli npm openssl_certificate openssl_csr
  openssl_dhparam openssl_pkcs12 openssl_privatekey openssl_publickey opkg osx_defaults pacman pam_limits pamd parted patch pear pip_package_info
  pkgng pkgutil portage postgresql_db postgresql_ext postgresql_privs postgresql_query postgresql_user proxysql_query rabbitmq_plugin rabbitmq_user
  rabbitmq_vhost redhat_subscription redis rhn_register rhsm_repository runit s3 s3_object seboolean sefcontext selinux selinux_permissive seport slack
  snap solaris_zone ssh_config sudoers supervisorctl svc synchronize sysctl sysrc telegram terraform timezone ufw vmware_guest x509_certificate xattr
  xml yarn zfs zypper zypper_repository`.split(/\s+/),
);

/** Whether Ansible's users may have this module though this engine has not. */
export function isAnsibleModule(name: string): boolean {
  const builtin = /^ansible\.(?:builtin|legacy)\.(.+)$/.exec(name);
  if (builtin !== null) return SHORT.has(builtin[1]!);
  return /^[\w-]+\.[\w-]+\.[\w.-]+$/.test(name) || SHORT.has(name);
}
