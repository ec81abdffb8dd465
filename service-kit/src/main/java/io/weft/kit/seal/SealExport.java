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
 * <p>Nothing is held but {@value #READ_AT_ONCE} entries and one statement, and no transaction while the reader is slow.
 */
public final class SealExport {
    private static final int READ_AT_ONCE = 25;
    private static final Base64.Encoder BASE64 = Base64.getEncoder();

    private final Reader reader;
    private final TenantId tenant;
    private final SealRange range;
    private final OutputStream out;
    private long seals;
    private long entries;

    /** Runs work in a transaction of its own. */
    public interface Reader {
        <T> T read(Function<TenantTx, T> work);
    }

    public SealExport(Reader reader, TenantId tenant, SealRange range, OutputStream out) {
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
        long behind = reader.read(tx -> SealRows.first(tx, range)).map(first -> first - 1).orElse(Long.MAX_VALUE);
        boolean toTheEnd = true;
        while (behind < Long.MAX_VALUE) {
            long number = behind;
            Optional<Sealed> seal = reader.read(tx -> SealRows.behind(tx, number));
            if (seal.isEmpty()) {
                break;
            }
            if (range.endsBefore(seal.get().firstTime())) {
                toTheEnd = false;
                break;
            }
            seal(seal.get());
            behind = seal.get().number();
        }
        if (toTheEnd) {
            waiting();
        }
        end();
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
        for (int from = 0; from < leaves.size(); from += READ_AT_ONCE) {
            List<SealStatement.Leaf> piece = leaves.subList(from, Math.min(leaves.size(), from + READ_AT_ONCE));
            for (SealedEntry entry : reader.read(tx -> entries(tx, piece))) {
                entry(entry);
            }
        }
        seals++;
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

    private void waiting() throws IOException {
        Optional<SealedEntry> last = Optional.empty();
        List<SealedEntry> piece;
        do {
            Optional<SealedEntry> before = last;
            piece = reader.read(tx -> SealRows.waiting(
                    tx,
                    before.map(SealedEntry::time).orElse(null),
                    before.map(SealedEntry::id).orElse(null),
                    READ_AT_ONCE));
            for (SealedEntry entry : piece) {
                if (!range.endsBefore(entry.time())) {
                    entry(entry);
                }
            }
            last = piece.isEmpty() ? Optional.empty() : Optional.of(piece.getLast());
        } while (last.isPresent() && piece.size() == READ_AT_ONCE);
    }

    private void end() throws IOException {
        SealCheck.State state = reader.read(SealCheck::state);
        line("{\"end\":true,\"seals\":" + seals + ",\"entries\":" + entries
                + state.head().map(head -> ",\"head\":\"" + head + "\"").orElse("") + "}");
    }

    private void entry(SealedEntry entry) throws IOException {
        entries++;
        line(entry.line(tenant));
    }

    private void line(String line) throws IOException {
        out.write(line.getBytes(StandardCharsets.UTF_8));
        out.write('\n');
    }
}
