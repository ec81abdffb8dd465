package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Permission;
import io.weft.api.http.Role;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every operation of the contract owes to strangers, to each role, and to careless callers. */
@HubTest
class SurfaceIT {
    private static final Map<String, Permission> PERMISSIONS =
            Arrays.stream(Permission.values()).collect(Collectors.toMap(Permission::text, Function.identity()));
    private static final List<Role> ROLES = List.of(Role.values());

    /** Objects of acme that no test changes: whatever is allowed is only tried. */
    private static Scene scene;

    @BeforeAll
    static void objects() {
        Fixtures.agentCa();
        scene = new Scene(Api.acme(), true);
    }

    static Stream<Contract.Operation> operations() {
        return Contract.ofThisBuild().operations().stream();
    }

    static Stream<Contract.Operation> withAnId() {
        return operations().filter(operation -> operation.path().contains("{id}"));
    }

    static Stream<Contract.Operation> writes() {
        return operations().filter(Contract.Operation::writes);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void nobodyIsAnsweredWithoutACredential(Contract.Operation operation) {
        Api.Reply reply = call(new Api(""), operation, path(operation));

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate")).startsWith("Bearer");
    }

    @ParameterizedTest
    @MethodSource("operations")
    void exactlyTheRolesWithThePermissionMayCall(Contract.Operation operation) {
        Permission permission = Objects.requireNonNull(PERMISSIONS.get(operation.permission()));
        Map<Role, Boolean> may = new TreeMap<>();
        Map<Role, Boolean> should = new TreeMap<>();
        for (Role role : ROLES) {
            Api.Reply reply = call(Api.as(role.text()), operation, dry(operation));
            may.put(role, reply.status() != 403);
            should.put(role, permission.grantedTo(role));
            if (reply.status() == 403) {
                assertThat(reply.body().path("permission").asText()).isEqualTo(permission.text());
            }
        }

        assertThat(may).isEqualTo(should);
    }

    @ParameterizedTest
    @MethodSource("withAnId")
    void aForeignIdAnswersLikeAnUnknownOne(Contract.Operation operation) {
        String own = dry(operation);
        String unknown = own.replaceFirst("_[0-9a-z]{26}", "_01m7w2y7m0emq8k9w39qsaekf4");

        Api.Reply foreign = call(Api.globex(), operation, own);
        Api.Reply absent = call(Api.globex(), operation, unknown);

        assertThat(call(Api.acme(), operation, own).status()).as("control").isNotEqualTo(404);
        assertThat(foreign.status()).isEqualTo(404);
        assertThat(comparable(foreign)).isEqualTo(comparable(absent));
    }

    private static Map<String, Object> comparable(Api.Reply reply) {
        Map<String, Object> fields = new TreeMap<>();
        reply.body().properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        fields.remove("requestId");
        fields.remove("instance");
        return fields;
    }

    @ParameterizedTest
    @MethodSource("operations")
    void nothingOfAnotherOrganisationIsAnswered(Contract.Operation operation) {
        String sent = sent(operation);
        List<String> others = Stream.of("clu", "msh", "ins", "pol", "prb", "rol", "key", "enr")
                .map(scene::id)
                .filter(id -> !sent.contains(id))
                .toList();

        Api.Reply reply = call(Api.globex(), operation, dry(operation));

        assertThat(reply.body().toString()).doesNotContain(others);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void anUnknownParameterIsRefused(Contract.Operation operation) {
        String path = dry(operation);

        Api.Reply reply = call(Api.acme(), operation, path + (path.contains("?") ? "&" : "?") + "colour=red");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo("PARAMETER_UNKNOWN");
        assertThat(reply.violations()).containsEntry("colour", "UNKNOWN_PARAMETER");
    }

    @ParameterizedTest
    @MethodSource("writes")
    void aDryRunLeavesNothing(Contract.Operation operation) {
        Scene own = new Scene(Api.acme(), operation.path().contains("/rollouts"));
        String path = path(own, operation) + "?dryRun=true";
        String body = body(own, operation);
        String before = rows();

        Api.Reply reply = call(Api.acme(), operation, path, body);

        assertThat(reply.status()).as(reply.body().toString()).isBetween(200, 299);
        assertThat(reply.header("Location")).isEmpty();
        assertThat(rows()).isEqualTo(before);
    }

    /** A checksum of every table but the queue, whose loops run beside the test. */
    private static String rows() {
        return Hub.value("""
                SELECT string_agg(table_name || '=' || (xpath('/row/c/text()', query_to_xml(
                    format('SELECT md5(string_agg(t::text, '','' ORDER BY t::text)) AS c FROM %I t', table_name),
                    false, true, '')))[1]::text, ' ' ORDER BY table_name)
                FROM information_schema.tables
                WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
                    AND table_name NOT LIKE 'flyway%' AND table_name NOT LIKE 'due_work%'
                """);
    }

    /** PUT, PATCH and DELETE. */
    static Stream<Contract.Operation> rewrites() {
        return writes().filter(operation -> operation.hasParameter("If-Match"));
    }

    @ParameterizedTest
    @MethodSource("rewrites")
    void aStaleReaderIsRefused(Contract.Operation operation) {
        Api.Reply reply =
                call(Api.acme(), operation, dry(operation), body(scene, operation), "If-Match", "\"g999-s0\"");

        assertThat(reply.status()).isEqualTo(412);
        assertThat(reply.body().path("expectedGeneration").asLong()).isEqualTo(999);
    }

    private static String path(Scene of, Contract.Operation operation) {
        String sample = sample(operation);
        String url = sample.substring(sample.indexOf("$WEFT_URL") + "$WEFT_URL".length(), sample.length() - 1);
        return of.fill(url).replaceFirst("^/api/v1", "");
    }

    private static String path(Contract.Operation operation) {
        return path(scene, operation);
    }

    private static String dry(Contract.Operation operation) {
        return operation.writes() ? path(operation) + "?dryRun=true" : path(operation);
    }

    private static String sample(Contract.Operation operation) {
        return operation.description().at("/x-codeSamples/0/source").asText();
    }

    private static String sent(Contract.Operation operation) {
        return path(operation) + body(scene, operation);
    }

    /** The example's body, under a name that is free. */
    private static String body(Scene of, Contract.Operation operation) {
        JsonNode example = operation.description().at("/requestBody/content").findPath("example");
        return example.isMissingNode()
                ? ""
                : of.fill(example.toString())
                        .replaceFirst("\"name\":\"[^\"]*\"", "\"name\":\"" + Api.unique("surface") + "\"");
    }

    private static Api.Reply call(Api api, Contract.Operation operation, String path) {
        return call(api, operation, path, body(scene, operation));
    }

    private static Api.Reply call(Api api, Contract.Operation operation, String path, String body, String... headers) {
        HttpRequest.Builder request = api.request(path, headers);
        if (!operation.takesBody()) {
            return api.send(request.method(operation.verb(), BodyPublishers.noBody()));
        }
        request.header("Content-Type", operation.mediaType());
        if (operation.mediaType().equals("application/gzip")) {
            byte[] bundle = Fixtures.bundle("1.26.300", "chart");
            request.header("Content-Digest", Fixtures.contentDigest(bundle));
            return api.send(request.method(operation.verb(), BodyPublishers.ofByteArray(bundle)));
        }
        return api.send(request.method(operation.verb(), BodyPublishers.ofString(body)));
    }
}
