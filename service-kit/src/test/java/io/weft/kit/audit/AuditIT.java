package io.weft.kit.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.weft.kit.audit.AuditEntry.ActorKind;
import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.DatabaseException;
import io.weft.kit.tenancy.PooledDatabase;
import io.weft.kit.tenancy.TenantTransactions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AuditIT {
    record Stored(
            ActorKind actorKind,
            String actor,
            String action,
            @Nullable Long generationBefore,
            @Nullable Long generationAfter,
            JsonNode detail,
            String requestId) {}

    @Test
    void anEntryIsWrittenAndCannotBeChanged() {
        try (PooledDatabase database = new PooledDatabase("weft_api", 2)) {
            TenantTransactions tenants = database.transactions();
            TenantId acme = new TenantId(database.database().tenant("acme"));
            JsonNode detail = JsonNodeFactory.instance.objectNode().put("name", "prod");
            tenants.in(acme, tx -> {
                Audit.record(
                        tx,
                        AuditEntry.of(ActorKind.API_KEY, "key_1", "cluster.update", "cluster", "clu_1")
                                .withGenerations(null, 1L)
                                .withDetail(detail)
                                .withRequestId("r1"));
                return true;
            });

            assertThat(tenants.<List<Stored>>in(acme, tx -> tx.list(Stored.class, """
                            SELECT actor_kind, actor, action, generation_before, generation_after, detail, request_id
                            FROM audit_entry
                            """)))
                    .containsExactly(new Stored(ActorKind.API_KEY, "key_1", "cluster.update", null, 1L, detail, "r1"));
            assertThatThrownBy(() -> tenants.in(acme, tx -> tx.update("DELETE FROM audit_entry")))
                    .isInstanceOf(DatabaseException.class);
            assertThatThrownBy(() -> tenants.in(acme, tx -> tx.update("UPDATE audit_entry SET actor = 'nobody'")))
                    .isInstanceOf(DatabaseException.class);
        }
    }
}
