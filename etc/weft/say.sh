# How ./weft speaks: every line carries the time since it began.

say() {
    printf '[%4ds] %s\n' "$SECONDS" "$*"
}

# fail PART WHAT ADVICE [LOG]
fail() {
    {
        printf '\n[%4ds] %s failed: %s\n' "$SECONDS" "$1" "$2"
        if [ -n "${4:-}" ] && [ -s "$4" ]; then
            printf 'last lines of %s:\n' "$4"
            tail -n 25 "$4" | sed 's/^/    /'
        fi
        printf 'what to do: %s\n' "$3"
    } >&2
    exit 1
}

declare -A step_pid=() step_start=() step_log=()

end_steps() {
    local name
    for name in "${!step_pid[@]}"; do
        # The whole group: a compiler that outlives its parent would hold the build lock.
        kill -- "-${step_pid[$name]}" 2>/dev/null || true
    done
}
trap end_steps EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# begin NAME COMMAND...: starts a long step; its output goes to a log.
begin() {
    local name=$1
    shift
    mkdir -p "$home/logs"
    step_log[$name]=$home/logs/build-$name.log
    step_start[$name]=$SECONDS
    say "$name: started"
    set -m # a process group of its own
    "$@" >"${step_log[$name]}" 2>&1 </dev/null &
    step_pid[$name]=$!
    set +m
}

# finish NAME ADVICE: waits for the step and repeats its last line every 15 s.
finish() {
    local name=$1 advice=$2 pid=${step_pid[$1]} log=${step_log[$1]} waited=0 last
    while kill -0 "$pid" 2>/dev/null; do
        sleep 1
        waited=$((waited + 1))
        if [ $((waited % 15)) -eq 0 ]; then
            last=$(tail -n 1 "$log" | cut -c1-140)
            say "$name: running for $((SECONDS - step_start[$name])) s${last:+: $last}"
        fi
    done
    local code=0
    wait "$pid" || code=$?
    unset "step_pid[$name]"
    [ "$code" -eq 0 ] || fail "$name" "exit code $code after $((SECONDS - step_start[$name])) s" "$advice" "$log"
    say "$name: done in $((SECONDS - step_start[$name])) s"
}
