package io.weft.kit.tenancy;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Asks PostgreSQL's catalogue whether the rules of {@code db/migrations/README.md} hold for every table there is. */
class DatabaseCatalogueIT {
    /** The only tables without row security, each for a reason: nothing else may be added without a decision. */
    private static final Set<String> PLATFORM_TABLES = Set.of(
            "tenant",
            "credential_index",
            "due_work",
            "kafka_offset",
            "revocation_feed",
            "agent_ca",
            "audit_key",
            "audit_removal",
            "flyway_schema_history");

    private static final String FLEET_WIDE_TABLE = "agent_link";
    private static final String TENANT_RULE =
            "(tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)";
    private static final String OF_TENANT_TABLES =
            "NOT IN ('tenant', 'credential_index', 'due_work', 'kafka_offset', 'revocation_feed', 'agent_ca', 'audit_key', 'audit_removal', 'flyway_schema_history')";
    private static final TestDatabase DATABASE = TestDatabase.create();

    @AfterAll
    static void drop() {
        DATABASE.close();
    }

    @Test
    void everyTableButThePlatformsForcesRowSecurity() {
        assertThat(names("""
                        SELECT relname FROM pg_class
                        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                            AND NOT (relrowsecurity AND relforcerowsecurity)
                        """)).isEqualTo(new TreeSet<>(PLATFORM_TABLES));
    }

    @Test
    void everyTenantTableHasATenant() {
        assertThat(names("""
                        SELECT relname FROM pg_class c
                        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname %s
                            AND NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = c.oid
                                AND attname = 'tenant_id' AND attnotnull AND atttypid = 'uuid'::regtype)
                        """.formatted(OF_TENANT_TABLES))).isEmpty();
    }

    @Test
    void everyTenantTableHasExactlyTheOnePolicy() {
        assertThat(names("""
                        SELECT c.relname FROM pg_class c LEFT JOIN pg_policies p ON p.tablename = c.relname
                        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname %s
                            AND relname <> '%s'
                        GROUP BY c.relname
                        HAVING count(p.policyname) <> 1 OR NOT bool_and(p.cmd = 'ALL' AND p.permissive = 'PERMISSIVE'
                            AND p.roles = '{public}' AND p.qual = $rule$%s$rule$ AND p.with_check = $rule$%s$rule$)
                        """.formatted(OF_TENANT_TABLES, FLEET_WIDE_TABLE, TENANT_RULE, TENANT_RULE)))
                .isEmpty();
    }

    @Test
    void theFleetWideTableIsWideForTheFleetAlone() {
        assertThat(names("""
                        SELECT concat_ws(' ', roles::text, qual, with_check) FROM pg_policies WHERE tablename = '%s'
                        """.formatted(FLEET_WIDE_TABLE)))
                .containsExactlyInAnyOrder(
                        "{weft_fleet} true true", "{weft_api,weft_upgrade} " + TENANT_RULE + " " + TENANT_RULE);
    }

    @Test
    void noServiceCanStepAroundRowSecurity() {
        assertThat(names("""
                        SELECT rolname FROM pg_roles WHERE rolname LIKE 'weft\\_%'
                            AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
                        """)).isEmpty();
        assertThat(names("""
                        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
                            AND pg_get_userbyid(relowner) <> 'weft_owner'
                        """)).isEmpty();
        assertThat(names("""
                        SELECT r.rolname || ' is a member of ' || o.rolname FROM pg_auth_members m
                            JOIN pg_roles r ON r.oid = m.member JOIN pg_roles o ON o.oid = m.roleid
                        WHERE r.rolname IN ('weft_api', 'weft_fleet', 'weft_upgrade')
                        """)).isEmpty();
        assertThat(names("""
                        SELECT grantee || ' ' || privilege_type || ' ' || table_name
                        FROM information_schema.role_table_grants
                        WHERE grantee <> 'weft_owner' AND grantee <> 'postgres' AND table_schema = 'public'
                            AND privilege_type IN ('TRUNCATE', 'TRIGGER', 'REFERENCES')
                        """)).isEmpty();
        assertThat(names("""
                        SELECT rolname FROM pg_roles WHERE rolname IN ('weft_api', 'weft_fleet', 'weft_upgrade')
                            AND has_schema_privilege(rolname, 'public', 'CREATE')
                        """)).isEmpty();
    }

    @Test
    void onlyTheFleetWritesWhatIsCompiledAndApplied() {
        assertThat(names("""
                        SELECT grantee FROM information_schema.column_privileges
                        WHERE table_name = 'agent_link' AND privilege_type = 'UPDATE' AND grantee <> 'weft_owner'
                            AND column_name IN ('compiled_version', 'compiled_digest', 'applied_version')
                        """)).containsExactly("weft_fleet");
    }

    @Test
    void onlyTheApiMakesCredentials() {
        assertThat(names("""
                        SELECT grantee || ' ' || privilege_type || ' ' || table_name
                        FROM information_schema.role_table_grants
                        WHERE table_name IN ('credential_index', 'api_key', 'enrolment_token', 'tenant')
                            AND grantee NOT IN ('weft_owner', 'postgres', 'weft_api')
                            AND NOT (privilege_type = 'SELECT' AND (table_name = 'tenant'
                                OR grantee = 'weft_fleet' AND table_name IN ('credential_index', 'enrolment_token')))
                        """)).isEmpty();
        assertThat(names("""
                        SELECT grantee || ' ' || table_name || '.' || column_name
                        FROM information_schema.column_privileges
                        WHERE table_name IN ('credential_index', 'api_key', 'enrolment_token')
                            AND privilege_type IN ('INSERT', 'UPDATE')
                            AND grantee NOT IN ('weft_owner', 'postgres', 'weft_api')
                        """)).containsExactly("weft_fleet enrolment_token.use_time");
    }

    @Test
    void nobodyChangesTheAuditLogAndItsSeals() {
        assertThat(names("""
                        SELECT grantee || ' ' || privilege_type || ' ' || table_name
                        FROM information_schema.role_table_grants
                        WHERE table_name ~ '^audit_' AND table_name NOT IN ('audit_pending', 'audit_head')
                            AND privilege_type NOT IN ('SELECT', 'INSERT') AND grantee NOT IN ('weft_owner', 'postgres')
                        """)).isEmpty();
        assertThat(names("""
                        SELECT grantee || ' ' || table_name || '.' || column_name
                        FROM information_schema.column_privileges
                        WHERE table_name ~ '^audit_' AND privilege_type = 'UPDATE'
                            AND grantee NOT IN ('weft_owner', 'postgres')
                        """)).allMatch(each -> each.startsWith("weft_upgrade audit_head."));
    }

    @Test
    void servicesReachTheMonthsOfTheAuditLogOnlyThroughTheWhole() {
        assertThat(names("""
                        SELECT grantee || ' ' || privilege_type || ' ' || table_name
                        FROM information_schema.role_table_grants
                        WHERE table_name ~ '^audit_entry_' AND grantee NOT IN ('weft_owner', 'postgres')
                        """)).isEmpty();
    }

    @Test
    void everyIndexOfATenantTableLeadsWithTheTenant() {
        assertThat(names("""
                        SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
                            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
                        WHERE c.relnamespace = 'public'::regnamespace AND c.relname %s
                            AND a.attname IS DISTINCT FROM 'tenant_id'
                        """.formatted(OF_TENANT_TABLES))).isEmpty();
    }

    @Test
    void everyForeignKeyBetweenTenantTablesIsComposite() {
        assertThat(names("""
                        SELECT k.conrelid::regclass || '.' || k.conname FROM pg_constraint k
                            JOIN pg_class target ON target.oid = k.confrelid
                            JOIN pg_attribute own ON own.attrelid = k.conrelid AND own.attnum = k.conkey[1]
                            JOIN pg_attribute other ON other.attrelid = k.confrelid AND other.attnum = k.confkey[1]
                        WHERE k.contype = 'f' AND target.relname %s
                            AND NOT (own.attname = 'tenant_id' AND other.attname = 'tenant_id' AND cardinality(k.conkey) > 1)
                        """.formatted(OF_TENANT_TABLES))).isEmpty();
    }

    @Test
    void nothingRunsWithForeignRights() {
        assertThat(names("""
                        SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
                        """)).isEmpty();
        assertThat(names("""
                        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
                            AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)
                        """)).isEmpty();
        assertThat(names("""
                        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'm'
                        """)).isEmpty();
    }

    private static Set<String> names(String query) {
        List<String> names = new ArrayList<>();
        try (Connection connection = DATABASE.superuser();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
        return new TreeSet<>(names);
    }
}
