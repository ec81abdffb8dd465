# What must be built before anything runs, into .weft/: bin/ (programs), images/, releases/, dist/ (Java). What is
# current is skipped, and two builds never run at once.

readonly MESH_VERSIONS="1.26.0 1.27.0"
readonly REPAIR_GO="repair what the lines above name (network, disk space, Go), then run ./weft again: what is done stays done"
readonly REPAIR_MAVEN="repair what the lines above name, then run ./weft again"

lock_build() {
    mkdir -p "$home"
    exec 9>"$home/build.lock"
    flock -n 9 || {
        say "build: another ./weft is building, or one that was killed is still ending; waiting for it"
        flock 9
    }
    sources_key=$(java_key) # before the build: what is edited during it is not in it
}

build_all() {
    lock_build
    begin_cluster_programs
    java_is_current || begin maven in_root ./mvnw -B -ntp $(quick) -Dmaven.test.skip=true package
    [ -z "${step_pid[maven]:-}" ] || {
        finish maven "$REPAIR_MAVEN"
        keep_java
    }
    finish_cluster_programs
    say "build: everything is current"
}

in_root() {
    cd "$root"
    "$@"
}

# Gates are what tests are for; where CI=true they run always.
quick() {
    [ "${CI:-}" = true ] || echo -Dquick
}

# The compilers of Kubernetes and the meshes take a quarter of an hour when nothing is cached.
begin_cluster_programs() {
    mkdir -p "$home/bin" "$home/logs"
    (cd "$root/local-cluster/cluster" && go build -buildvcs=false -o "$home/bin/weft-cluster" .) \
        >"$home/logs/build-weft-cluster.log" 2>&1 ||
        fail weft-cluster "the program of local-cluster/cluster does not compile" "$REPAIR_GO" "$home/logs/build-weft-cluster.log"
    begin cluster-programs "$home/bin/weft-cluster" build --out "$home/bin" --source "$root/local-cluster"
}

finish_cluster_programs() {
    local version
    finish cluster-programs "$REPAIR_GO"
    begin images "$home/bin/weft-cluster" images --bin "$home/bin" --out "$home/images"
    finish images "$REPAIR_GO"
    for version in $MESH_VERSIONS; do
        begin "release-$version" "$home/bin/weft-cluster" release --version "$version" --bin "$home/bin" \
            --images "$home/images" --out "$home/releases/istio-$version.tgz"
        finish "release-$version" "$REPAIR_GO"
    done
}

# Changes whenever compiling again could give another result.
java_key() {
    {
        echo "$JAVA_HOME"
        find "$root" -path "$root/.weft" -prune -o -path '*/target' -prune -o -path "$root/local-cluster" -prune -o \
            -type f \( -name pom.xml -o -path '*/src/main/*' -o -path "$root/db/*" \) -print0 |
            sort -z | xargs -0 sha256sum
    } | sha256sum | cut -d' ' -f1
}

java_is_current() {
    [ -s "$home/dist/key" ] && [ "$(cat "$home/dist/key")" = "$sources_key" ]
}

# Copies what Maven packed to a folder of its own for each key, so that no later build pulls the jars from under
# running processes; `dist` links to the newest.
keep_java() {
    local new=$home/dist.new service
    rm -rf "$new"
    mkdir -p "$new/launcher" "$new/local-services"
    for service in api-service fleet-manager upgrade-orchestrator; do
        keep "$root/$service/target/quarkus-app" "$new/$service"
    done
    keep "$root"/local-services/target/local-services-*.jar "$new/local-services/"
    keep "$root/local-services/target/lib" "$new/local-services/"
    keep "$root/db/migrations" "$new/migrations"
    keep "$root/e2e/target/classes" "$new/launcher/"
    keep "$root/e2e/target/lib" "$new/launcher/"
    agent_image "$new/agent.tar"
    echo "$sources_key" >"$new/key"
    local kept=$home/dist-${sources_key:0:12}
    [ -s "$kept/key" ] || {
        rm -rf "$kept"
        mv "$new" "$kept"
    }
    [ -L "$home/dist" ] || rm -rf "$home/dist" # a folder of an earlier version of this script
    ln -sfnT "$(basename "$kept")" "$home/dist"
    remove_unused_dist "$kept"
}

remove_unused_dist() {
    local folder
    rm -rf "$home/dist.new"
    for folder in "$home"/dist-*; do
        [ "$folder" = "$1" ] || grep -qasF "$folder/" /proc/[0-9]*/cmdline || rm -rf "$folder"
    done
}

keep() {
    cp -a "$1" "$2" || fail maven "it did not leave $1" "remove $home/dist and the folders target/, then run ./weft again"
}

# The image that the agent's pod runs; its tag is the chart's appVersion.
agent_image() {
    local version
    version=$(sed -n 's/^appVersion: *"\{0,1\}\([^" ]*\).*/\1/p' "$root/charts/weft-agent/Chart.yaml")
    begin agent-image in_root "$JAVA_HOME/bin/java" -Xmx512m -cp "$(echo "$root"/agent-image/target/agent-image-*.jar):agent-image/target/lib/*" \
        io.weft.agentimage.AgentImage cluster-agent/target/quarkus-app "$version" "$1"
    finish agent-image "$REPAIR_MAVEN"
}
