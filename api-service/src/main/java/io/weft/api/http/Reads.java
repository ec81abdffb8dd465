package io.weft.api.http;

import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.function.Function;

/** The one door for reads: the caller's tenant and reach, one snapshot, entity tags. */
@ApplicationScoped
public class Reads {
    private final TenantTransactions transactions;
    private final CurrentCall call;
    private final EntityTags tags;

    Reads(TenantTransactions transactions, CurrentCall call, EntityTags tags) {
        this.transactions = transactions;
        this.call = call;
        this.tags = tags;
    }

    public <T> T read(Function<TenantTx, T> work) {
        TenantId tenant = call.caller().tenant();
        return transactions.inSnapshot(tenant, call.reach(), work);
    }

    /** One object with its tag; 304 without a body when the reader has it already, 404 when there is none. */
    public Response one(Function<TenantTx, Optional<? extends Viewed>> work) {
        Viewed view = this.<Optional<? extends Viewed>>read(work).orElseThrow(Ids::notFound);
        String tag = tags.of(view);
        return tags.readerHas(tag)
                ? Response.notModified().header("ETag", tag).build()
                : Response.ok(view).header("ETag", tag).build();
    }
}
