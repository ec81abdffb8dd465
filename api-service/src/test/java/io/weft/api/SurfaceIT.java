package io.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.http.Permission;
import io.weft.api.http.Role;
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
        Api.Reply reply = Samples.call(new Api(""), operation, Samples.path(scene, operation), scene);

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
            Api.Reply reply = Samples.call(Api.as(role.text()), operation, Samples.dry(scene, operation), scene);
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
        String own = Samples.dry(scene, operation);
        String unknown = own.replaceFirst("_[0-9a-z]{26}", "_01m7w2y7m0emq8k9w39qsaekf4");

        Api.Reply foreign = Samples.call(Api.globex(), operation, own, scene);
        Api.Reply absent = Samples.call(Api.globex(), operation, unknown, scene);

        assertThat(Samples.call(Api.acme(), operation, own, scene).status())
                .as("control")
                .isNotEqualTo(404);
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
        String sent = Samples.path(scene, operation) + Samples.body(scene, operation);
        List<String> others = Stream.of("clu", "msh", "ins", "pol", "prb", "rol", "key", "enr", "sa", "rbn")
                .map(scene::id)
                .filter(id -> !sent.contains(id))
                .toList();

        Api.Reply reply = Samples.call(Api.globex(), operation, Samples.dry(scene, operation), scene);

        assertThat(reply.body().toString()).doesNotContain(others);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void anUnknownParameterIsRefused(Contract.Operation operation) {
        String path = Samples.dry(scene, operation);

        Api.Reply reply =
                Samples.call(Api.acme(), operation, path + (path.contains("?") ? "&" : "?") + "colour=red", scene);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo("PARAMETER_UNKNOWN");
        assertThat(reply.violations()).containsEntry("colour", "UNKNOWN_PARAMETER");
    }

    @ParameterizedTest
    @MethodSource("writes")
    void aDryRunLeavesNothing(Contract.Operation operation) {
        Scene own = new Scene(Api.acme(), operation.path().contains("/rollouts"));
        String path = Samples.dry(own, operation);
        String body = Samples.body(own, operation);
        String before = rows();

        Api.Reply reply = Samples.send(Api.acme(), operation, path, body);

        assertThat(reply.status()).as(reply.body().toString()).isBetween(200, 299);
        assertThat(reply.header("Location")).isEmpty();
        assertThat(rows()).isEqualTo(before);
    }

    /** A checksum of every table but the queue, whose loops run beside the test, and of when keys were used. */
    private static String rows() {
        return Hub.value("""
                SELECT string_agg(table_name || '=' || (xpath('/row/c/text()', query_to_xml(
                    format('SELECT md5(string_agg(r, '','' ORDER BY r)) AS c FROM (SELECT (to_jsonb(t) - ''last_use_time'')::text AS r FROM %I t) AS rows', table_name),
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
        Api.Reply reply = Samples.send(
                Api.acme(),
                operation,
                Samples.dry(scene, operation),
                Samples.body(scene, operation),
                "If-Match",
                "\"g999-s0\"");

        assertThat(reply.status()).isEqualTo(412);
        assertThat(reply.body().path("expectedGeneration").asLong()).isEqualTo(999);
    }
}
