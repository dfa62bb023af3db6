import { join } from 'node:path';

/** Where a server stands. */
interface Place {
  readonly dir: string;
  readonly port: number;
  /** Line of a password file. */
  readonly passwords: string;
}

/** How a server is found, set up and started. */
interface RealServer {
  readonly program: string;
  /** A file without which it has no WebDAV. */
  readonly module?: string | undefined;
  readonly files: (place: Place) => Readonly<Record<string, string>>;
  readonly args: (place: Place) => readonly string[];
}

const APACHE_MODULES = '/usr/lib/apache2/modules';
const LIGHTTPD_MODULE = '/usr/lib/lighttpd/mod_webdav.so';
const NGINX_MODULE = '/usr/lib/nginx/modules/ngx_http_dav_ext_module.so';

/** Debian's servers with WebDAV: apache2-bin, lighttpd-mod-webdav, nginx-light with libnginx-mod-http-dav-ext, rclone. */
export const REAL_SERVERS: {
  readonly apache: RealServer;
  readonly lighttpd: RealServer;
  /** Without its database: no locks, but conditions that it keeps. */
  readonly 'lighttpd-without-locks': RealServer;
  readonly nginx: RealServer;
  readonly rclone: RealServer;
} = {
  apache: {
    program: 'apache2',
    module: `${APACHE_MODULES}/mod_dav_fs.so`,
    files: ({ dir, port, passwords }) => ({ passwords, 'server.conf': apacheConf(dir, port) }),
    args: ({ dir }) => ['-f', join(dir, 'server.conf'), '-DFOREGROUND'],
  },
  lighttpd: {
    program: 'lighttpd',
    module: LIGHTTPD_MODULE,
    files: ({ dir, port, passwords }) => ({
      passwords,
      'server.conf': `${lighttpdConf(dir, port)}webdav.sqlite-db-name = "${dir}/run/locks.db"\n`,
    }),
    args: ({ dir }) => ['-D', '-f', join(dir, 'server.conf')],
  },
  'lighttpd-without-locks': {
    program: 'lighttpd',
    module: LIGHTTPD_MODULE,
    files: ({ dir, port, passwords }) => ({ passwords, 'server.conf': lighttpdConf(dir, port) }),
    args: ({ dir }) => ['-D', '-f', join(dir, 'server.conf')],
  },
  nginx: {
    program: 'nginx',
    module: NGINX_MODULE,
    files: ({ dir, port, passwords }) => ({ passwords, 'server.conf': nginxConf(dir, port) }),
    args: ({ dir }) => ['-p', dir, '-e', join(dir, 'run/error.log'), '-c', join(dir, 'server.conf')],
  },
  rclone: {
    program: 'rclone',
    files: ({ passwords }) => ({ passwords }),
    args: ({ dir, port }) => [
      ...['serve', 'webdav', join(dir, 'root'), '--addr', `127.0.0.1:${port}`],
      ...[
        '--htpasswd',
        join(dir, 'passwords'),
        '--config',
        join(dir, 'none'),
        '--log-file',
        join(dir, 'run/error.log'),
      ],
      // It keeps listings for five minutes, so that it would not see what it has just been sent over another connection.
      ...['--dir-cache-time', '0s'],
    ],
  },
};

function apacheConf(dir: string, port: number): string {
  const modules = ['mpm_event', 'authn_core', 'authn_file', 'auth_basic', 'authz_core', 'authz_user', 'dav', 'dav_fs'];
  return `ServerRoot ${dir}
PidFile ${dir}/run/pid
Listen 127.0.0.1:${port}
ServerName localhost
${modules.map((name) => `LoadModule ${name}_module ${APACHE_MODULES}/mod_${name}.so`).join('\n')}
User nobody
Group nogroup
DocumentRoot ${dir}/root
ErrorLog ${dir}/run/error.log
DavLockDB ${dir}/run/locks
<Directory ${dir}/root>
  Dav On
  AuthType Basic
  AuthName games
  AuthUserFile ${dir}/passwords
  Require valid-user
</Directory>
`;
}

function lighttpdConf(dir: string, port: number): string {
  return `server.document-root = "${dir}/root"
server.bind = "127.0.0.1"
server.port = ${port}
server.errorlog = "${dir}/run/error.log"
server.upload-dirs = ("${dir}/run")
server.modules = ("mod_auth", "mod_authn_file", "mod_webdav")
auth.backend = "htpasswd"
auth.backend.htpasswd.userfile = "${dir}/passwords"
auth.require = ("" => ("method" => "basic", "realm" => "games", "require" => "valid-user"))
webdav.activate = "enable"
`;
}

function nginxConf(dir: string, port: number): string {
  return `load_module ${NGINX_MODULE};
daemon off;
pid ${dir}/run/pid;
error_log ${dir}/run/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${dir}/run/body;
  proxy_temp_path ${dir}/run/proxy;
  fastcgi_temp_path ${dir}/run/fastcgi;
  uwsgi_temp_path ${dir}/run/uwsgi;
  scgi_temp_path ${dir}/run/scgi;
  client_max_body_size 1g;
  dav_ext_lock_zone zone=games:1m;
  server {
    listen 127.0.0.1:${port};
    root ${dir}/root;
    auth_basic games;
    auth_basic_user_file ${dir}/passwords;
    location / {
      dav_methods PUT DELETE MKCOL COPY MOVE;
      dav_ext_methods PROPFIND OPTIONS LOCK UNLOCK;
      dav_ext_lock zone=games;
    }
  }
}
`;
}
