# What this machine needs, and the command that installs what is missing.

readonly NEEDED_GO_MINOR=24
readonly NEEDED_MIB_COLD=20000 # Go's build cache alone grows to 11 GB
readonly NEEDED_MIB_WARM=4000
readonly NEEDED_MEMORY_MIB=6000
readonly MOST_STATE_CHARACTERS=60 # a socket's path has at most 107

# Program or file : Debian package. What local-cluster runs or packs into images, and what the builds call.
readonly NEEDED_PROGRAMS="
mvn:maven pip3:python3-pip curl:curl tar:tar flock:util-linux setsid:util-linux nsenter:util-linux
containerd:containerd ctr:containerd runc:runc /usr/lib/cni/bridge:containernetworking-plugins
/usr/sbin/xtables-nft-multi:iptables ip:iproute2 conntrack:conntrack"

find_java() {
    local candidate
    for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/*25* "${HOME:-}"/.sdkman/candidates/java/25*; do
        if [ -x "$candidate/bin/javac" ] && grep -qs '^JAVA_VERSION="25[."]' "$candidate/release"; then
            export JAVA_HOME=$candidate
            return 0
        fi
    done
    return 1
}

go_is_new_enough() {
    local version minor
    # With GOTOOLCHAIN=local: another version that go would fetch says nothing about this one.
    version=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null) || return 1
    minor=${version#go1.}
    minor=${minor%%[!0-9]*}
    [ -n "$minor" ] && [ "$minor" -ge "$NEEDED_GO_MINOR" ]
}

present() {
    case $1 in
        /*) [ -e "$1" ] ;;
        *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

# The first of the packages that apt could install.
offered() {
    local package
    for package in "$@"; do
        if apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: [^(]'; then
            echo "$package"
            return 0
        fi
    done
    return 1
}

# offered_go: like offered, and also golang-go where it is new enough.
offered_go() {
    local version
    offered golang-1.26-go golang-1.25-go golang-1.24-go && return 0
    version=$(apt-cache policy golang-go 2>/dev/null | sed -n 's/.*Candidate: [0-9]*:1\.\([0-9]*\).*/\1/p')
    [ -n "$version" ] && [ "$version" -ge "$NEEDED_GO_MINOR" ] && echo golang-go
}

# Packages to install go to `missing`, what no package mends to `complaints`.
examine() {
    missing=()
    complaints=()
    local item package
    for item in $NEEDED_PROGRAMS; do
        package=${item##*:}
        present "${item%:*}" || case " ${missing[*]-} " in *" $package "*) ;; *) missing+=("$package") ;; esac
    done
    examine_java
    examine_go
    examine_machine
}

examine_java() {
    find_java && return
    local package
    if package=$(offered temurin-25-jdk openjdk-25-jdk); then
        missing+=("$package")
    else
        complaints+=("JDK 25 is missing and apt offers none: add the Adoptium repository (adoptium.net/installation/linux) and install temurin-25-jdk, or unpack a JDK 25 and set JAVA_HOME to it")
    fi
}

examine_go() {
    local folder package
    for folder in /usr/local/go/bin /usr/lib/go-1.{26,25,24}/bin; do
        go_is_new_enough && return
        [ ! -x "$folder/go" ] || PATH=$folder:$PATH
    done
    go_is_new_enough && return
    if package=$(offered_go); then
        missing+=("$package")
    else
        complaints+=("Go 1.$NEEDED_GO_MINOR or later is missing and apt offers none: unpack it from go.dev/dl to /usr/local/go")
    fi
}

examine_machine() {
    [ "$(uname -s)" = Linux ] || complaints+=("this is $(uname -s): the local cluster needs Linux")
    [ "$(uname -m)" = x86_64 ] || complaints+=("this is $(uname -m): the Envoy program is recorded for x86_64 only")
    case $root$state in
        *[[:space:]]*) complaints+=("the path of $root or $state holds a blank, which containerd and the kubelet do not take: clone elsewhere") ;;
    esac
    [ ${#state} -le "$MOST_STATE_CHARACTERS" ] || complaints+=("the path $state is longer than $MOST_STATE_CHARACTERS characters, the sockets below it would not fit: clone elsewhere, or set WEFT_STATE")
    [ "$(id -u)" -eq 0 ] || complaints+=("the local cluster makes network namespaces and mounts: run ./weft as root (sudo ./weft ...)")
    local needed=$NEEDED_MIB_COLD free memory
    [ ! -e "$home/bin/kube" ] || needed=$NEEDED_MIB_WARM
    free=$(df -Pm "$root" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "$needed" ] || complaints+=("$root has $free MiB free, $needed are needed: free some, or clone to a larger disk")
    memory=$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
    [ "$memory" -ge "$NEEDED_MEMORY_MIB" ] || complaints+=("this machine has $memory MiB of memory, $NEEDED_MEMORY_MIB are needed")
}

may_install() {
    [ "$install" = yes ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null
}

doctor() {
    examine
    if [ ${#missing[@]} -gt 0 ] || [ ${#complaints[@]} -gt 0 ]; then
        # What apt offers is known only after its lists were read; a fresh image has none.
        ! may_install || refresh_lists
        examine
    fi
    if [ ${#missing[@]} -gt 0 ]; then
        local line="apt-get install -y --no-install-recommends ${missing[*]}"
        say "doctor: missing packages: ${missing[*]}"
        if may_install; then
            install_missing "$line"
        else
            complaints+=("not installed: ${missing[*]}; the command is: $line")
        fi
    fi
    if [ ${#complaints[@]} -gt 0 ]; then
        printf '  - %s\n' "${complaints[@]}" >&2
        fail doctor "${#complaints[@]} thing(s) above are in the way" "do what they say, then run ./weft again"
    fi
    say "doctor: $(java_version), $(GOTOOLCHAIN=local go env GOVERSION), $(nproc) CPUs, all packages present"
}

refresh_lists() {
    mkdir -p "$home/logs"
    say "doctor: something is missing; reading apt's lists"
    DEBIAN_FRONTEND=noninteractive apt-get update -q >"$home/logs/doctor.log" 2>&1 </dev/null || true
}

install_missing() {
    say "doctor: installing them: $1"
    local log=$home/logs/doctor.log
    DEBIAN_FRONTEND=noninteractive $1 >>"$log" 2>&1 </dev/null ||
        fail doctor "$1" "repair apt (network, sources), or install the packages by hand" "$log"
    examine
    [ ${#missing[@]} -eq 0 ] || complaints+=("still missing after the installation: ${missing[*]}; see $log")
}

java_version() {
    sed -n 's/^JAVA_VERSION="\(.*\)"/JDK \1/p' "$JAVA_HOME/release"
}
