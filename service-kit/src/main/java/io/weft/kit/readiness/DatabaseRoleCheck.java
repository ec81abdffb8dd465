package io.weft.kit.readiness;

import io.quarkus.arc.Unremovable;
import io.weft.kit.tenancy.TenantTransactions;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** Row security binds only a login that cannot step around it. */
@Singleton
@Unremovable
public final class DatabaseRoleCheck implements ReadinessCheck {
    private static final String ADVICE =
            ": log in as weft_api, weft_fleet or weft_upgrade, as the migrations grant them";

    private final TenantTransactions transactions;

    public DatabaseRoleCheck(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public List<String> dangers() {
        Login login = transactions.platform(tx -> tx.first(Login.class, """
                        SELECT rolname AS name, rolsuper AS superuser, rolbypassrls AS bypasses, rolcreaterole AS makes_roles,
                            EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                                WHERE n.nspname = 'public' AND pg_has_role(current_user, c.relowner, 'MEMBER')) AS owner,
                            EXISTS (SELECT 1 FROM pg_roles r WHERE r.rolname <> current_user
                                AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole
                                    OR r.rolname IN ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files'))
                                AND pg_has_role(current_user, r.oid, 'MEMBER')) AS member,
                            EXISTS (SELECT 1 FROM pg_database d WHERE d.datname = current_database()
                                AND pg_has_role(current_user, d.datdba, 'MEMBER')) AS database_owner
                        FROM pg_roles WHERE rolname = current_user
                        """).orElseThrow());
        List<String> dangers = new ArrayList<>();
        add(dangers, login.superuser(), login, "is a superuser, which row security does not bind");
        add(dangers, login.bypasses(), login, "has BYPASSRLS");
        add(dangers, login.makesRoles(), login, "may create roles, and so become another one");
        add(
                dangers,
                login.owner(),
                login,
                "owns tables (or is a member of their owner) and could switch row security off");
        add(
                dangers,
                login.member() && !login.superuser(),
                login,
                "is a member of a role that is a superuser, has BYPASSRLS, may create roles or reaches the server's files");
        add(dangers, login.databaseOwner() && !login.owner(), login, "owns the database (or is a member of its owner)");
        return dangers;
    }

    private static void add(List<String> dangers, boolean dangerous, Login login, String what) {
        if (dangerous) {
            dangers.add("quarkus.datasource.username " + login.name() + " " + what + ADVICE);
        }
    }

    record Login(
            String name,
            boolean superuser,
            boolean bypasses,
            boolean makesRoles,
            boolean owner,
            boolean member,
            boolean databaseOwner) {}
}
