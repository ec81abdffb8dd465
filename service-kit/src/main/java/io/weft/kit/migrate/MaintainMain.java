package io.weft.kit.migrate;

import io.weft.kit.tenancy.OwnerTransactions;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * Makes and removes the months of the audit log as the owner of the tables, then ends; to be run daily. Environment:
 * {@code WEFT_MIGRATE_URL} (JDBC), {@code WEFT_MIGRATE_USER}, {@code WEFT_MIGRATE_PASSWORD_FILE} and
 * {@code WEFT_AUDIT_RETENTION_MONTHS} (24 when absent, 0 keeps all).
 */
public final class MaintainMain {
    private MaintainMain() {}

    /** Exit code 0: the months are as they should be. */
    public static void main(String[] arguments) throws IOException {
        Maintenance.Done done = maintain(System.getenv());
        System.out.println("Months of the audit log made: " + done.made() + ", removed: " + done.removed());
    }

    static Maintenance.Done maintain(Map<String, String> environment) throws IOException {
        OwnerTransactions owner = new OwnerTransactions(
                MigrateMain.required(environment, "WEFT_MIGRATE_URL"),
                MigrateMain.required(environment, "WEFT_MIGRATE_USER"),
                MigrateMain.password(environment));
        int months = Optional.ofNullable(environment.get("WEFT_AUDIT_RETENTION_MONTHS"))
                .filter(text -> !text.isBlank())
                .map(Integer::parseInt)
                .orElse(Maintenance.USUAL_MONTHS);
        return new Maintenance(owner, months).run(InstantSource.system().instant());
    }
}
