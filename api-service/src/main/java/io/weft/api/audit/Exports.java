package io.weft.api.audit;

import io.weft.kit.id.TenantId;
import io.weft.kit.seal.SealExport;
import io.weft.kit.seal.SealRange;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.util.function.Function;

/** Answers with the log as lines. */
@Singleton
class Exports {
    static final String LINES = "application/x-ndjson";

    private final TenantTransactions transactions;
    private final ExportSlots slots;

    Exports(TenantTransactions transactions, ExportSlots slots) {
        this.transactions = transactions;
        this.slots = slots;
    }

    Response answer(TenantId tenant, SealRange range) {
        StreamingOutput lines =
                out -> slots.run(tenant, () -> new SealExport(reader(tenant), tenant, range, out).write());
        return Response.ok(lines, LINES)
                .header("Content-Disposition", "attachment; filename=\"audit-entries.ndjson\"")
                .build();
    }

    private SealExport.Reader reader(TenantId tenant) {
        return new SealExport.Reader() {
            @Override
            public <T> T read(Function<TenantTx, T> work) {
                return transactions.inSnapshot(tenant, work);
            }
        };
    }
}
