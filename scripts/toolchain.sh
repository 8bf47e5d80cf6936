# Sourced by ./gantry, ./check, ./bench and .ci/run: finds a JDK, Maven and a C compiler, or says what is missing.
# POSIX sh; sets and exports JAVA_HOME, sets MVN.

say() { printf '%s\n' "gantry: $*" >&2; }
die() { say "$*"; exit 1; }

# The feature version of the JDK in $1, or nothing: a JDK has a compiler, and a `release` file that says which it is.
jdk_version() {
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# Prints the first JDK of at least version 25: the caller's choice, then PATH, then the folders where systems put them.
find_jdk() {
    on_path=$(command -v javac 2>/dev/null || command -v java 2>/dev/null || true)
    [ -z "$on_path" ] || on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    for home in "${GANTRY_JAVA_HOME:-}" "${JAVA_HOME:-}" "$on_path" \
        /usr/lib/jvm/* /usr/java/* /usr/local/java/* /opt/java/* /opt/*jdk* /opt/*/*jdk* \
        "${HOME:-/root}"/.sdkman/candidates/java/* "${HOME:-/root}"/.jdks/*; do
        [ -n "$home" ] || continue
        version=$(jdk_version "$home")
        if [ -n "$version" ] && [ "$version" -ge 25 ]; then
            printf '%s\n' "$home"
            return 0
        fi
    done
    return 1
}

# True when Maven at $1 is 3.8 or newer. Maven's own start is slow, so the version is read from a jar's name when it can be.
maven_is_new_enough() {
    home=$(dirname "$(dirname "$(readlink -f "$1")")")
    core=$(ls "$home"/lib/maven-core-*.jar 2>/dev/null | head -n 1)
    version=${core##*/maven-core-}
    version=${version%.jar}
    case "$version" in '' | *x*) version=$(MAVEN_SKIP_RC=1 "$1" -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p') ;; esac
    major=${version%%.*}
    rest=${version#*.}
    minor=${rest%%.*}
    case "$major$minor" in '' | *[!0-9]*) return 1 ;; esac
    [ "$major" -gt 3 ] || { [ "$major" -eq 3 ] && [ "$minor" -ge 8 ]; }
}

find_maven() {
    for mvn in "${MAVEN_HOME:-/nonexistent}/bin/mvn" "$(command -v mvn || true)" \
        /usr/share/maven/bin/mvn /opt/*maven*/bin/mvn "${HOME:-/root}"/.sdkman/candidates/maven/current/bin/mvn; do
        if [ -n "$mvn" ] && [ -x "$mvn" ] && maven_is_new_enough "$mvn"; then
            printf '%s\n' "$mvn"
            return 0
        fi
    done
    return 1
}

is_debian_root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

apt() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"; }

# Installs Debian packages. A policy-rc.d of our own keeps them from starting services while it is there.
# $1 is `needed` or `useful`: a useful package that cannot be had is only mentioned.
apt_install() {
    want=$1
    shift
    guard=/usr/sbin/policy-rc.d
    guarded=
    if [ ! -e "$guard" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$guard" && chmod 755 "$guard" && guarded=yes
    fi
    log=$(mktemp)
    say "install with apt-get: $*"
    result=0
    if [ "$want" = needed ]; then
        apt install --no-install-recommends -y "$@" >"$log" 2>&1 </dev/null || result=1
    else
        for package in "$@"; do
            apt install --no-install-recommends -y "$package" >"$log" 2>&1 </dev/null ||
                say "package $package cannot be had here: tests that want it will say that they are skipped"
        done
    fi
    [ "$result" = 0 ] || tail -n 5 "$log" >&2
    rm -f "$log"
    [ -z "$guarded" ] || rm -f "$guard"
    return "$result"
}

apt_update_once() {
    [ -z "${gantry_apt_updated:-}" ] || return 0
    gantry_apt_updated=yes
    apt update >/dev/null 2>&1 || say "apt-get update failed: what apt already knows is used"
}

need_jdk() {
    if ! JAVA_HOME=$(find_jdk); then
        if is_debian_root; then
            apt_update_once
            package=$(apt-cache pkgnames 2>/dev/null | grep -E '^(openjdk-(2[5-9]|[3-9][0-9])-jdk-headless|temurin-(2[5-9]|[3-9][0-9])-jdk)$' |
                sort -V | head -n 1)
            [ -z "$package" ] || apt_install needed "$package" || true
        fi
        JAVA_HOME=$(find_jdk) ||
            die "JDK 25 or newer is missing: install openjdk-25-jdk or Temurin 25 (https://adoptium.net), or set JAVA_HOME to one"
    fi
    export JAVA_HOME
}

need_build_tools() {
    need_jdk
    missing=
    MVN=$(find_maven) || missing="$missing maven"
    command -v gcc >/dev/null 2>&1 || missing="$missing gcc"
    command -v make >/dev/null 2>&1 || missing="$missing make"
    [ -e /usr/include/stdio.h ] || missing="$missing libc6-dev"
    [ -e /usr/include/linux/openat2.h ] || missing="$missing linux-libc-dev"
    command -v flock >/dev/null 2>&1 || missing="$missing util-linux"
    if [ -n "$missing" ]; then
        is_debian_root || die "missing to build:$missing: install them with: sudo apt-get install$missing (or your system's packages)"
        apt_update_once
        # shellcheck disable=SC2086
        apt_install needed $missing || die "missing to build:$missing, and apt-get could not install them: install them by hand"
        MVN=$(find_maven) || die "Maven 3.8 or newer is missing: install it from https://maven.apache.org"
    fi
}

# Runs Maven offline, and once more with the network only when offline lacks an artifact.
# Output goes through; a copy is kept in target/maven.log.
run_maven() {
    mkdir -p target
    maven_once -o "$@" && return 0
    grep -qE 'offline mode|in offline|Cannot access .* offline' target/maven.log || return 1
    say "some of Maven's artifacts are not here yet: fetch them"
    maven_once "$@"
}

maven_once() {
    status=target/maven.status
    { "$MVN" -B -ntp "$@" 2>&1 </dev/null && echo 0 >"$status" || echo 1 >"$status"; } | tee target/maven.log
    [ "$(cat "$status")" = 0 ]
}
