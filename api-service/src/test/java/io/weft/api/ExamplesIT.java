package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The curl line of each operation, run by a shell as it stands in the contract: it succeeds, as the contract says. */
@HubTest
class ExamplesIT {
    @TempDir
    static Path folder;

    @BeforeAll
    static void keyAndCa() throws IOException {
        Fixtures.agentCa();
        Files.writeString(folder.resolve("weft-key.header"), "Authorization: Bearer " + Hub.adminKey("acme"));
    }

    static Stream<Contract.Operation> operations() {
        return Contract.ofThisBuild().operations().stream();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void works(Contract.Operation operation) throws IOException, InterruptedException {
        Scene scene = new Scene(Api.acme(), operation.path().contains("/rollouts"));
        Files.write(folder.resolve("istio-1.27.0.tgz"), Fixtures.bundle(Api.unique("1.26.200"), "chart"));
        String line = scene.fill(
                        operation.description().at("/x-codeSamples/0/source").asText())
                .replaceFirst("\"name\":\"[^\"]*\"", "\"name\":\"" + Api.unique("example") + "\"")
                .replaceAll(
                        "\"expireTime\":\"[^\"]*\"",
                        "\"expireTime\":\"" + Instant.now().plus(30, ChronoUnit.DAYS) + "\"");

        String answer = shell(line + " -w '\\n%{http_code} %{content_type}'");

        int cut = answer.lastIndexOf('\n');
        String[] outcome = answer.substring(cut + 1).split(" ", 2);
        assertThat(Integer.parseInt(outcome[0])).as(line + "\n" + answer).isBetween(200, 299);
        String body = answer.substring(0, cut);
        Contract.require(
                operation.verb(),
                operation.path(),
                Integer.parseInt(outcome[0]),
                outcome[1],
                body.isEmpty() ? MissingNode.getInstance() : Contract.tree(body));
    }

    private static String shell(String line) throws IOException, InterruptedException {
        ProcessBuilder bash = new ProcessBuilder("bash", "-c", line);
        bash.directory(folder.toFile()).redirectErrorStream(true);
        bash.environment().put("WEFT_URL", Api.base().replaceFirst("/api/v1$", ""));
        Process process = bash.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output;
    }
}
