package io.weft.kit.seal;

import io.weft.kit.id.PublicId;
import io.weft.kit.id.TenantId;

/** What the head's signature is over: which seal is the newest. It differs from every seal's statement in its first line. */
final class HeadStatement {
    private HeadStatement() {}

    static String text(TenantId tenant, long number, String digest) {
        return "weft-audit-head 1\norganisation " + PublicId.format(SealedEntry.ORGANISATION, tenant.value())
                + "\nnumber " + number + "\ndigest " + digest + "\n";
    }
}
