package io.weft.e2e.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person types, and what comes back when it is wrong. */
class CommandLineTest {
    private static final Path ROOT =
            Path.of(System.getProperty("weft.root", "..")).toAbsolutePath().normalize();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bogus",
                "demo --quiet",
                "up --data",
                "down --exit",
                "test --fast",
                "demo --report",
                "demo --report /no/such/folder/r.json"
            })
    void aWrongCommandLineIsRefusedBeforeAnythingIsBuilt(String words) {
        Command.Result result = weft(words.split(" "));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.errors()).contains("weft failed:", "what to do:");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void helpNamesEveryCommand() {
        assertThat(weft("help").output()).contains("demo ", "test ", "up ", "status ", "logs ", "down ", "doctor ");
    }

    @Test
    void theReportIsFoundFromWhereTheCallerStands() {
        Options options = Options.parse(List.of("demo", "--root", "/r", "--report", "r.json", "--exit"));
        assertThat(options.report()).isEqualTo(Path.of("r.json").toAbsolutePath());
        assertThat(options.exit()).isTrue();
        assertThat(options.layout().build()).isEqualTo(Path.of("/r/.weft"));
    }

    @Test
    void anOptionWithoutItsValueIsNamed() {
        assertThatThrownBy(() -> Options.parse(List.of("up", "--state"))).hasMessage("--state needs a value");
    }

    @Test
    void aFirstPortThatIsNoNumberIsNamed() {
        assertThatThrownBy(() -> Settings.of(Map.of("WEFT_PORT", "http"))).hasMessage("WEFT_PORT is http");
    }

    @Test
    void theSumCountsEveryRunnerAndNoOldReport() throws Exception {
        Path go = Files.createDirectories(folder.resolve("go"));
        Path reports = Files.createDirectories(folder.resolve("root/api-service/target/surefire-reports"));
        Files.writeString(
                reports.resolve("TEST-old.xml"), "<testsuite tests=\"50\" failures=\"0\" errors=\"0\" skipped=\"0\"/>");
        assertThat(reports.resolve("TEST-old.xml").toFile().setLastModified(1_000_000))
                .isTrue();
        Path began = Files.createFile(folder.resolve("began"));
        Files.writeString(
                reports.resolve("TEST-new.xml"), "<testsuite tests=\"5\" failures=\"1\" errors=\"1\" skipped=\"1\"/>");
        Files.writeString(go.resolve("cluster.json"), """
                {"Action":"pass","Package":"p","Test":"TestA"}
                {"Action":"fail","Package":"p","Test":"TestB"}
                {"Action":"fail","Package":"p"}
                """);
        Command.Result result = tally(began, go, folder.resolve("root"));
        assertThat(result.output()).endsWith("3 passed, 3 failed\n");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void aRunnerThatDidNotCompileCountsAsFailed() throws Exception {
        Path began = Files.createFile(folder.resolve("began"));
        Path go = Files.createDirectories(folder.resolve("go"));
        Files.writeString(go.resolve("sample.json"), "{\"Action\":\"pass\",\"Test\":\"TestA\"}\n");
        Command.Result result = tally(began, go, Files.createDirectories(folder.resolve("root")), "java");
        assertThat(result.output()).contains("java (did not run to its end)").endsWith("1 passed, 1 failed\n");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    private Command.Result tally(Path began, Path go, Path root, String... runners) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                ROOT.resolve("etc/weft/Tally.java").toString(),
                began.toString(),
                go.toString(),
                root.toString()));
        command.addAll(List.of(runners));
        return Command.run(command, folder, Map.of(), "", Duration.ofMinutes(1));
    }

    private Command.Result weft(String... words) {
        List<String> command = new ArrayList<>(List.of(ROOT.resolve("weft").toString()));
        command.addAll(List.of(words));
        return Command.run(command, folder, Map.of("WEFT_STATE", folder.toString()), "", Duration.ofMinutes(1));
    }
}
