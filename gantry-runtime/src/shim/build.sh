#!/bin/sh
# Builds gantry-shim: build.sh OUTPUT-DIRECTORY [release|sanitize|fuzz]
#
#   release   static, stripped: what ships (the default)
#   sanitize  address and undefined-behaviour sanitizers, dynamic: for tests
#   fuzz      one libFuzzer program per fuzz_*.c; needs clang
#
# Does nothing when the output is newer than every source. The result is renamed into place, so that a
# running shim is never written to.
set -eu
cd "$(dirname "$0")"
out=${1:?usage: build.sh OUTPUT-DIRECTORY [release|sanitize|fuzz]}
mode=${2:-release}
mkdir -p "$out"

WARN="-std=gnu17 -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wformat=2 -Wno-format-nonliteral"
DEFS="-D_GNU_SOURCE -D_FILE_OFFSET_BITS=64"

fresh() {
    [ -e "$1" ] && [ -z "$(find . -newer "$1" \( -name '*.c' -o -name '*.h' -o -name build.sh \) -print -quit)" ]
}

sources() {
    for file in *.c; do
        case $file in fuzz_*) ;; *) echo "$file" ;; esac
    done
}

need() {
    command -v "$1" >/dev/null 2>&1 || {
        echo "build gantry-shim: $1 is missing: install it, on Debian: apt-get install $2" >&2
        exit 1
    }
}

case $mode in
release)
    target=$out/gantry-shim
    fresh "$target" && exit 0
    need "${CC:-gcc}" "gcc libc6-dev"
    # shellcheck disable=SC2046,SC2086
    "${CC:-gcc}" $WARN $DEFS -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -ffunction-sections \
        -fdata-sections $(sources) -static-pie -Wl,--gc-sections -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -s \
        -o "$target.new.$$"
    ;;
sanitize)
    target=$out/gantry-shim-sanitize
    fresh "$target" && exit 0
    need "${CC:-gcc}" "gcc libc6-dev"
    # shellcheck disable=SC2046,SC2086
    "${CC:-gcc}" $WARN $DEFS -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer \
        -fno-sanitize-recover=undefined $(sources) -o "$target.new.$$"
    ;;
fuzz)
    need clang clang
    for file in fuzz_*.c; do
        [ -e "$file" ] || continue
        target=$out/${file%.c}
        fresh "$target" && continue
        # shellcheck disable=SC2046,SC2086
        clang $WARN $DEFS -O1 -g -fsanitize=fuzzer,address,undefined -DGANTRY_FUZZ "$file" $(sources) \
            -o "$target.new.$$"
        mv -f "$target.new.$$" "$target"
    done
    exit 0
    ;;
*)
    echo "build.sh: unknown mode $mode: use release, sanitize or fuzz" >&2
    exit 2
    ;;
esac
mv -f "$target.new.$$" "$target"
