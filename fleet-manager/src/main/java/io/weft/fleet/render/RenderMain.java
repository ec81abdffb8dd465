package io.weft.fleet.render;

import com.marcnuri.helm.Helm;
import io.weft.model.manifest.CanonicalJson;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Main class of the child process. A chart's template is foreign code that Helm interprets: it runs here, without
 * environment, without secrets and without a way to the hub, and this process dies with its request.
 */
public final class RenderMain {
    private RenderMain() {}

    /** Reads one request from standard input and writes one JSON object {charts} or {error} to standard output. */
    public static void main(String[] args) throws IOException {
        RenderProtocol.Request request = RenderProtocol.read(new DataInputStream(System.in));
        String answer = CanonicalJson.write(answer(request));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        out.print(RenderProtocol.MARK);
        out.print(answer);
        out.flush();
    }

    private static Map<String, Object> answer(RenderProtocol.Request request) throws IOException {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        Map<String, Object> charts = new TreeMap<>();
        for (ChartJob job : request.jobs()) {
            try {
                charts.put(job.chart(), ManifestYaml.objects(template(folder, request.kubernetesVersion(), job)));
            } catch (IllegalStateException e) { // what Helm says about chart and values
                return Map.of("error", "chart " + job.chart() + ": " + e.getMessage());
            } catch (YAMLException _) { // its text quotes whole manifests
                return Map.of("error", "chart " + job.chart() + ": the output is no YAML");
            }
        }
        return Map.of("charts", charts);
    }

    private static String template(Path folder, String kubernetesVersion, ChartJob job) throws IOException {
        Path archive = Files.write(folder.resolve(job.chart() + ".tgz"), job.archive());
        Path values = Files.writeString(folder.resolve(job.chart() + ".json"), job.valuesJson());
        return Helm.template(archive.toString())
                .withName(job.releaseName())
                .withNamespace(job.namespace())
                .withKubeVersion(kubernetesVersion)
                .withValuesFile(values)
                .call();
    }
}
