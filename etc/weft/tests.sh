# `./weft test`: every suite, each runner's closing line, and one sum at the end. A runner that fails does not keep the
# others from running; nothing that was not run counts as passed.

readonly GO_MODULES="local-cluster/cluster e2e/sample"
broken=()

run_tests() {
    results=$home/test
    rm -rf "$results"
    mkdir -p "$results/go"
    touch "$results/began"
    lock_build
    begin_cluster_programs # a quarter of an hour when nothing is cached; the Java suites run beside it
    local module
    for module in $GO_MODULES; do
        test_go "$module"
    done
    test_java
    finish_cluster_programs
    if [ "$java_built" -ne 0 ] && ! package_java; then
        broken+=("live suites")
        say "live suites: not run, because the Java modules do not build"
    else
        keep_java
        exec 9>&-
        test_programs
        test_agent
        test_live "${1:-}"
    fi
    sum_up
}

test_go() {
    local module=$1 name=${1//\//-} unformatted code=0
    local log=$results/go-$name.log
    cd "$root/$module"
    unformatted=$(gofmt -l . 2>&1) || code=1
    [ -z "$unformatted" ] || {
        echo "gofmt: not formatted: $unformatted"
        code=1
    } >"$log"
    GOFLAGS=-buildvcs=false go vet ./... >>"$log" 2>&1 || code=1
    GOFLAGS=-buildvcs=false go test -json ./... >"$results/go/$name.json" 2>>"$log" || code=1
    cd "$root"
    if [ "$code" -ne 0 ]; then
        broken+=("go $name")
        go_said "$results/go/$name.json" "$log"
    fi
    say "go $module: $(grep -c '"Action":"pass".*"Test":' "$results/go/$name.json" || true) passed, exit code $code"
}

test_java() {
    local code=0
    say "maven: verify (log: $results/maven.log)"
    in_background maven "$results/maven.log" ./mvnw -B -ntp --fail-at-end verify || code=$?
    grep -E '^\[(INFO|ERROR|WARNING)\] (Tests run:.*[0-9]$|BUILD|Reactor Summary)' "$results/maven.log" | tail -n 30 || true
    [ "$code" -eq 0 ] || {
        broken+=("java")
        grep '^\[ERROR\]' "$results/maven.log" | head -n 20 || true
    }
    java_built=$code
}

# go_said JSON LOG: the last lines of what the tests and the compiler printed.
go_said() {
    {
        sed -n 's/.*"Action":"output".*"Output":"\(.*\)\\n"}$/\1/p' "$1" | grep -v -e '^=== RUN' -e '^--- PASS' | tail -n 40 || true
        tail -n 15 "$2"
    } | sed 's/\\t/    /g; s/^/    /'
}

# in_background NAME LOG COMMAND...: waits and says every 30 s that it still runs; gives the command's exit code.
in_background() {
    local name=$1 log=$2 waited=0
    shift 2
    set -m
    in_root "$@" >"$log" 2>&1 </dev/null 9>&- &
    step_pid[$name]=$!
    set +m
    while kill -0 "${step_pid[$name]}" 2>/dev/null; do
        sleep 1
        waited=$((waited + 1))
        [ $((waited % 30)) -ne 0 ] || say "$name: running for $waited s: $(tail -n 1 "$log" | cut -c1-120)"
    done
    local pid=${step_pid[$name]}
    unset "step_pid[$name]"
    wait "$pid"
}

# What above was skipped for want of the compiled programs.
test_programs() {
    local code=0
    say "live: the cluster's own program (log: $results/go-live.log)"
    cd "$root/local-cluster/cluster"
    GOFLAGS=-buildvcs=false WEFT_LIVE_BIN=$home/bin WEFT_LIVE_IMAGES=$home/images \
        go test -json -count=1 -run Live ./internal/node >"$results/go/live.json" 2>"$results/go-live.log" || code=$?
    cd "$root"
    [ "$code" -eq 0 ] || {
        broken+=("go live")
        go_said "$results/go/live.json" "$results/go-live.log"
    }
}

# What above was skipped for want of a cluster or of packed releases.
test_agent() {
    local code=0 cluster=$home/test-cluster
    "$home/bin/weft-cluster" up --name t --state "$cluster" --bin "$home/bin" --images "$home/images" \
        >"$results/agent-cluster.log" 2>&1 &&
        "$home/bin/weft-cluster" load --state "$cluster" "$home/dist/agent.tar" >>"$results/agent-cluster.log" 2>&1 || code=$?
    if [ "$code" -eq 0 ]; then
        say "live: the agent against a real API server, charts of real releases (log: $results/agent.log)"
        WEFT_TEST_KUBECONFIG=$cluster/kubeconfig in_background agent "$results/agent.log" ./mvnw -B -ntp \
            -pl cluster-agent,fleet-manager -am verify -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false \
            "-Dit.test=AgentIT,AgentReportsIT,ChartRendererIT" -Dfailsafe.failIfNoSpecifiedTests=false \
            "-Dweft.release.bundles=$home/releases" || code=$?
    fi
    "$home/bin/weft-cluster" down --state "$cluster" >>"$results/agent-cluster.log" 2>&1 || code=$?
    closing_lines "agent" "$code"
}

# The main job, and with --full all that takes long. Own state folder and ports: a running ./weft up is left alone.
test_live() {
    local code=0 groups='!full'
    [ "$1" != --full ] || groups=
    say "live: the main job on a real cluster (log: $results/live.log)"
    in_background live "$results/live.log" ./mvnw -B -ntp -pl e2e verify -DskipITs=false \
        "-Dweft.groups=$groups" "-Dweft.build=$home" || code=$?
    closing_lines live "$code"
}

# closing_lines NAME CODE: what the runner said at its end.
closing_lines() {
    grep -E '^\[(INFO|ERROR|WARNING)\] (Tests run:.*[0-9]$|BUILD)' "$results/$1.log" | tail -n 5 || true
    [ "$2" -eq 0 ] || {
        broken+=("java $1")
        tail -n 40 "$results/$1.log" | sed 's/^/    /'
    }
}

# Some test failed, yet the live slice can run if everything compiles.
package_java() {
    in_background package "$results/package.log" ./mvnw -B -ntp $(quick) -DskipTests package
}

sum_up() {
    say "all suites:"
    "$JAVA_HOME/bin/java" "$root/etc/weft/Tally.java" "$results/began" "$results/go" "$root" \
        "${broken[@]+"${broken[@]}"}"
}
