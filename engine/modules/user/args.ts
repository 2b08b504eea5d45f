import { args, type ArgsOf, boolean, choice, integer, list, number, path, string } from "../schema.ts";

export const userSchema = args({
  name: string("The user.", { required: true, aliases: ["user"] }),
  state: choice("Whether it shall exist.", ["present", "absent"], { default: "present" }),
  uid: integer("Its id."),
  non_unique: boolean("Allow an id that another user has.", { default: false }),
  group: string("Its primary group: name or id."),
  groups: list("Its further groups: names or ids. An empty list removes it from all of them."),
  append: boolean("Keep it in the groups that are not listed.", { default: false }),
  comment: string("The comment (GECOS) field."),
  home: path("The home directory."),
  create_home: boolean("Make the home directory when it is missing.", { default: true, aliases: ["createhome"] }),
  move_home: boolean("Move the content of the old home directory when `home` changes.", { default: false }),
  skeleton: path("A directory whose content a new home directory gets; /etc/skel when not given."),
  umask: string("Umask for a new home directory, octal."),
  shell: path("The login shell."),
  password: string("The password's hash as in /etc/shadow (see the filter password_hash); `*` or `!` for none.", { secret: true }),
  update_password: choice("When to set the password: whenever it differs, or only for a new user.", ["always", "on_create"], { default: "always" }),
  password_lock: boolean("Lock or unlock the password."),
  password_expire_max: integer("Days after which the password must be changed."),
  password_expire_min: integer("Days before which it must not be changed."),
  password_expire_warn: integer("Days of warning before it expires."),
  password_expire_account_disable: integer("Days after it expired until the account is disabled."),
  expires: number("When the account expires, in seconds since 1970; a negative number for never."),
  system: boolean("Take the id of a new user from the system's range.", { default: false }),
  force: boolean("With state=absent: delete it even while it is logged in, and its home even if others use it.", { default: false }),
  remove: boolean("With state=absent: delete its home directory and mail too.", { default: false }),
  generate_ssh_key: boolean("Make an SSH key for it when there is none.", { default: false }),
  ssh_key_bits: integer("Bits of that key; ssh-keygen's own choice when not given."),
  ssh_key_type: string("Type of that key.", { default: "rsa" }),
  ssh_key_file: path("Its file, relative to the home directory; .ssh/id_TYPE when not given."),
  ssh_key_comment: string("Its comment; `ansible-generated on HOSTNAME` when not given."),
  ssh_key_passphrase: string("Its passphrase.", { secret: true }),
  seuser: string("SELinux user for its logins."),
  local: boolean("Look at and change the local files only, with libuser's tools, on hosts with a directory service.", { default: false }),
  uid_min: integer("Lowest id for a new user."),
  uid_max: integer("Highest id for a new user."),
});

export type UserArgs = ArgsOf<typeof userSchema>;

export function keyFile(args: UserArgs): string {
  return args.ssh_key_file ?? `.ssh/id_${args.ssh_key_type}`;
}
