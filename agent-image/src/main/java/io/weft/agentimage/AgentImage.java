package io.weft.agentimage;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Main class: {@code AgentImage <quarkus-app folder> <version> <output.tar>}. */
public final class AgentImage {
    static final String NAME = "weft.local/weft-agent";
    private static final String USER = "65532:65532";
    private static final FilePermissions PLAIN = FilePermissions.fromOctalString("644");
    private static final FilePermissions PROGRAM = FilePermissions.fromOctalString("755");

    /** Measured for 2,000 watched objects: the agent stays below 140 MiB with these (D42). */
    private static final List<String> LEAN = List.of(
            "-Xmx64m",
            "-Xms8m",
            "-Xmn6m",
            "-Xss256k",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseCompactObjectHeaders",
            "-XX:ReservedCodeCacheSize=24m",
            "-XX:MaxDirectMemorySize=16m",
            "-XX:-UsePerfData",
            // The same on a large node as on a small one.
            "-XX:ActiveProcessorCount=2",
            "-Djdk.virtualThreadScheduler.maxPoolSize=4",
            "-XX:StringTableSize=8192",
            // What a release took in memory is given back after it.
            "-XX:MinHeapFreeRatio=10",
            "-XX:MaxHeapFreeRatio=20",
            "-XX:-ShrinkHeapInSteps",
            "-XX:TrimNativeHeapInterval=10000",
            "-XX:+ExitOnOutOfMemoryError",
            "-Dio.netty.allocator.type=unpooled",
            "-Dio.netty.eventLoopThreads=1",
            "-Djava.io.tmpdir=/tmp");

    private AgentImage() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("usage: AgentImage <quarkus-app folder> <version> <output.tar>");
        }
        write(Path.of(arguments[0]), arguments[1], Path.of(arguments[2]));
    }

    /** Writes the tar file. Throws IOException where the application or the JDK's jlink is missing. */
    static void write(Path application, String version, Path output) throws Exception {
        if (!Files.isRegularFile(application.resolve("quarkus-run.jar"))) {
            throw new IOException("no quarkus-run.jar in " + application + ": package the module cluster-agent first");
        }
        Path work = Files.createTempDirectory("weft-agent-image");
        try {
            Path runtime = JavaRuntime.cut(work.resolve("runtime"));
            JibContainerBuilder image = Jib.fromScratch()
                    .addFileEntriesLayer(system(work))
                    .addFileEntriesLayer(folder("runtime", runtime, "/opt/java"))
                    .addFileEntriesLayer(folder("libraries", application.resolve("lib"), "/app/lib"))
                    .addFileEntriesLayer(agent(application))
                    .setUser(USER)
                    .setWorkingDirectory(AbsoluteUnixPath.get("/app"))
                    .setEnvironment(Map.of("MALLOC_ARENA_MAX", "2", "LANG", "C.UTF-8"))
                    .setCreationTime(Instant.EPOCH)
                    .setEntrypoint(entrypoint());
            image.containerize(
                    Containerizer.to(TarImage.at(output.toAbsolutePath()).named(NAME + ":" + version))
                            .setOfflineMode(true)
                            .setToolName("weft")
                            .setBaseImageLayersCache(work.resolve("base"))
                            .setApplicationLayersCache(work.resolve("layers")));
        } finally {
            delete(work);
        }
    }

    private static List<String> entrypoint() {
        return Stream.of(List.of("/opt/java/bin/java"), LEAN, List.of("-jar", "/app/quarkus-run.jar"))
                .flatMap(List::stream)
                .toList();
    }

    /** Loader, C library, name service, users, an empty /tmp. */
    private static FileEntriesLayer system(Path work) throws IOException {
        FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName("system");
        for (Map.Entry<String, Path> library : SystemLibraries.find().entrySet()) {
            layer.addEntry(library.getValue(), AbsoluteUnixPath.get(library.getKey()), PROGRAM, Instant.EPOCH);
        }
        add(layer, work, "/etc/passwd", "root:x:0:0::/:/none\nweft:x:65532:65532::/tmp:/none\n");
        add(layer, work, "/etc/group", "root:x:0:\nweft:x:65532:\n");
        add(layer, work, "/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
        Path empty = Files.createDirectories(work.resolve("tmp"));
        layer.addEntry(empty, AbsoluteUnixPath.get("/tmp"), FilePermissions.fromOctalString("777"), Instant.EPOCH);
        return layer.build();
    }

    private static void add(FileEntriesLayer.Builder layer, Path work, String path, String content) throws IOException {
        Path file = work.resolve(path.substring(path.lastIndexOf('/') + 1));
        Files.writeString(file, content);
        layer.addEntry(file, AbsoluteUnixPath.get(path), PLAIN, Instant.EPOCH);
    }

    /** The agent's own classes change often and lie in the last, small layer. */
    private static FileEntriesLayer agent(Path application) throws IOException {
        FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName("agent");
        layer.addEntry(
                application.resolve("quarkus-run.jar"),
                AbsoluteUnixPath.get("/app/quarkus-run.jar"),
                PLAIN,
                Instant.EPOCH);
        for (String part : List.of("app", "quarkus")) {
            addFolder(layer, application.resolve(part), "/app/" + part);
        }
        return layer.build();
    }

    private static FileEntriesLayer folder(String name, Path folder, String to) throws IOException {
        FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(name);
        addFolder(layer, folder, to);
        return layer.build();
    }

    private static void addFolder(FileEntriesLayer.Builder layer, Path folder, String to) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(Files::isRegularFile)
                    .sorted()
                    .forEach(file -> layer.addEntry(
                            file,
                            AbsoluteUnixPath.get(to + "/" + folder.relativize(file)),
                            Files.isExecutable(file) ? PROGRAM : PLAIN,
                            Instant.EPOCH));
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
