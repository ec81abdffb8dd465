package io.weft.fleet.render;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Renders charts in a child process that holds no environment, no secret and no network client, with limits of time,
 * memory and output. Real Helm code runs there (helm-java), with the cluster's exact Kubernetes version; API versions and
 * is-upgrade stay Helm's defaults (D15). Call it outside any transaction: it takes a second or two.
 */
@Singleton
public class ChartRenderer {
    private static final Logger LOG = Logger.getLogger(ChartRenderer.class);
    private static final int MAX_ANSWER_BYTES = 32 * 1024 * 1024;
    private static final int MAX_COMPLAINT_BYTES = 4000;

    private final RenderConfig config;
    private final ObjectMapper json = new ObjectMapper();

    public ChartRenderer(RenderConfig config) {
        this.config = config;
    }

    /** What the charts give on that Kubernetes. */
    public Rendered render(String kubernetesVersion, List<ChartJob> jobs) {
        Path folder = privateFolder();
        try {
            return run(folder, new RenderProtocol.Request(kubernetesVersion, jobs));
        } catch (IOException e) {
            return new Rendered.Broken("the renderer could not be run: " + e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Rendered.Broken("the hub is stopping");
        } finally {
            delete(folder);
        }
    }

    private Rendered run(Path folder, RenderProtocol.Request request) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command(folder)).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("GOMEMLIMIT", config.heapMebibytes() + "MiB");
        Process process = builder.start();
        try {
            CompletableFuture<byte[]> answer = reading(process.getInputStream(), MAX_ANSWER_BYTES);
            CompletableFuture<byte[]> complaint = reading(process.getErrorStream(), MAX_COMPLAINT_BYTES);
            try (DataOutputStream in = new DataOutputStream(process.getOutputStream())) {
                RenderProtocol.write(in, request);
            } catch (IOException e) { // it died early; its exit code tells more
                LOG.debugf(e, "render.requestBrokeOff");
            }
            if (!process.waitFor(config.timeLimit().toMillis(), TimeUnit.MILLISECONDS)) {
                return new Rendered.Broken("the render took longer than " + config.timeLimit());
            }
            return answer(process.exitValue(), answer.get(), complaint.get());
        } catch (ExecutionException e) {
            return new Rendered.Broken("the renderer's answer could not be read: " + e.getMessage());
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private List<String> command(Path folder) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + config.heapMebibytes() + "m");
        command.addAll(List.of("-Xms16m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED"));
        command.add("-Djava.io.tmpdir=" + folder);
        command.addAll(List.of("-cp", RenderClassPath.value(), RenderMain.class.getName()));
        return command;
    }

    private Rendered answer(int exit, byte[] output, byte[] complaint) {
        if (output.length >= MAX_ANSWER_BYTES) {
            return new Rendered.Refused("the charts give more than " + MAX_ANSWER_BYTES + " bytes");
        }
        String text = new String(output, StandardCharsets.UTF_8);
        int mark = text.lastIndexOf(RenderProtocol.MARK);
        if (exit != 0 || mark < 0) {
            LOG.warnf(
                    "render.failed exit=%d complaint=%s", exit, new String(complaint, StandardCharsets.UTF_8).strip());
            return new Rendered.Broken("the renderer ended with " + exit + " and no answer");
        }
        return parsed(text.substring(mark + RenderProtocol.MARK.length()));
    }

    private Rendered parsed(String answer) {
        try {
            JsonNode read = json.readTree(answer);
            if (read.hasNonNull("error")) {
                return new Rendered.Refused(read.path("error").asText());
            }
            return new Rendered.Objects(json.convertValue(read.path("charts"), new TypeReference<>() {}));
        } catch (JsonProcessingException | IllegalArgumentException _) {
            return new Rendered.Broken("the renderer's answer is not what it should be");
        }
    }

    private static CompletableFuture<byte[]> reading(InputStream stream, int limit) {
        CompletableFuture<byte[]> read = new CompletableFuture<>();
        Thread.ofVirtual().name("render-reader").start(() -> {
            try (stream) {
                read.complete(stream.readNBytes(limit));
            } catch (IOException e) {
                read.completeExceptionally(e);
            }
        });
        return read;
    }

    private static Path privateFolder() {
        try {
            return Files.createTempDirectory("weft-render-"); // readable by its owner only
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot make a folder for the renderer below " + System.getProperty("java.io.tmpdir"), e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.warnf(e, "render.folderNotDeleted folder=%s", folder);
        }
    }

    /** A parser of JSON objects for {@link io.weft.model.release.ReleaseBundle}; throws for anything else. */
    public Map<String, Object> jsonObject(byte[] text) {
        try {
            return json.readValue(text, new TypeReference<>() {});
        } catch (IOException e) {
            throw new IllegalArgumentException("no JSON object", e);
        }
    }
}
