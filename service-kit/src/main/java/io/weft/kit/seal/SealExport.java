package io.weft.kit.seal;

import io.weft.kit.id.PublicId;
import io.weft.kit.id.TenantId;
import io.weft.kit.tenancy.TenantTx;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Writes a range of the log with its seals as lines of JSON: a title, the public keys, the entries of each seal before the
 * seal itself, the entries that wait for one, and a last line without which the export is not whole. Seals come whole, so
 * their entries may lie a little outside of the range. {@code docs/verify-audit-export.sh} reads it.
 *
 * <p>Nothing is held but {@value #READ_AT_ONCE} entries, one statement and the ids of at most {@value #MOST_WAITING} entries
 * that wait, and no transaction while the reader is slow. An export that fails has no last line.
 */
public final class SealExport {
    private static final int READ_AT_ONCE = 25;
    private static final int MOST_WAITING = 100_000;
    private static final Base64.Encoder BASE64 = Base64.getEncoder();

    private final Reader reader;
    private final TenantId tenant;
    private final SealRange range;
    private final OutputStream out;
    private final int mostWaiting;
    private long seals;
    private long entries;
    private String head = "";

    /** Runs work in a transaction of its own, with one snapshot. */
    public interface Reader {
        <T> T read(Function<TenantTx, T> work);
    }

    public SealExport(Reader reader, TenantId tenant, SealRange range, OutputStream out) {
        this(reader, tenant, range, out, MOST_WAITING);
    }

    SealExport(Reader reader, TenantId tenant, SealRange range, OutputStream out, int mostWaiting) {
        this.mostWaiting = mostWaiting;
        this.reader = reader;
        this.tenant = tenant;
        this.range = range;
        this.out = out;
    }

    public void write() throws IOException {
        title();
        for (SealRows.Key key : reader.read(SealRows::keys)) {
            line("{\"key\":\"" + key.id() + "\",\"publicKey\":\"" + BASE64.encodeToString(key.publicKey()) + "\"}");
        }
        long behind = reader.read(tx -> SealRows.before(tx, range));
        Next next = next(behind);
        while (next.seal().isPresent()) {
            seal(next.seal().get());
            behind = next.seal().get().number();
            next = next(behind);
        }
        entries(next.waiting());
        end();
    }

    private record Next(Optional<Sealed> seal, List<SealStatement.Leaf> waiting) {}

    /** The next seal; behind the last one, in the same snapshot, what waits: an entry is in the one or the other. */
    private Next next(long behind) throws IOException {
        Next next = reader.read(tx -> {
            Optional<Sealed> seal = SealRows.behind(tx, behind);
            return seal.isPresent()
                    ? new Next(seal.filter(each -> !range.endsBefore(each.firstTime())), List.of())
                    : new Next(
                            seal,
                            SealRows.waiting(tx, range.to(), mostWaiting + 1).stream()
                                    .map(SealRows.Waiting::leaf)
                                    .toList());
        });
        if (next.waiting().size() > mostWaiting) {
            throw new IOException("Export of organisation " + tenant + ": more than " + mostWaiting
                    + " entries wait for their seal, so it cannot be whole. See whether upgrade-orchestrator seals");
        }
        return next;
    }

    private void title() throws IOException {
        String removed = reader.read(SealRows::removedBefore)
                .map(before -> ",\"removedBefore\":\"" + SealTime.text(before) + "\"")
                .orElse("");
        line("{\"export\":\"weft-audit 1\",\"organisation\":\""
                + PublicId.format(SealedEntry.ORGANISATION, tenant.value()) + "\"" + removed + "}");
    }

    private void seal(Sealed seal) throws IOException {
        List<SealStatement.Leaf> leaves =
                seal.read(tenant).map(SealStatement::leaves).orElse(List.of());
        entries(leaves);
        seals++;
        head = ",\"head\":\"" + seal.number() + ":" + seal.digest() + "\"";
        line("{\"seal\":" + seal.number() + ",\"key\":\"" + seal.keyId() + "\",\"statement\":\""
                + BASE64.encodeToString(seal.statement().getBytes(StandardCharsets.UTF_8)) + "\",\"signature\":\""
                + BASE64.encodeToString(seal.signature()) + "\"}");
    }

    private static List<SealedEntry> entries(TenantTx tx, List<SealStatement.Leaf> leaves) {
        List<SealedEntry> found = new ArrayList<>();
        SealRows.entries(tx, leaves, (_, entry) -> {
            if (entry != null) {
                found.add(entry);
            }
        });
        return found;
    }

    private void entries(List<SealStatement.Leaf> leaves) throws IOException {
        for (int from = 0; from < leaves.size(); from += READ_AT_ONCE) {
            List<SealStatement.Leaf> piece = leaves.subList(from, Math.min(leaves.size(), from + READ_AT_ONCE));
            for (SealedEntry entry : reader.read(tx -> entries(tx, piece))) {
                entries++;
                line(entry.line(tenant));
            }
        }
    }

    private void end() throws IOException {
        line("{\"end\":true,\"seals\":" + seals + ",\"entries\":" + entries + head + "}");
    }

    private void line(String line) throws IOException {
        out.write(line.getBytes(StandardCharsets.UTF_8));
        out.write('\n');
    }
}
