package io.weft.kit.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.kit.id.PublicId;
import io.weft.kit.tenancy.PooledDatabase;
import io.weft.kit.tenancy.TenantTx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealExportIT {
    private static final PooledDatabase DATABASE = new PooledDatabase("weft_upgrade", 3);
    private static final SealRange ALL = new SealRange(null, null, null);

    @AfterAll
    static void stop() {
        DATABASE.close();
    }

    /** Reads as the service does; something else happens before one of the reads. */
    private static final class Interrupted implements SealExport.Reader {
        private final Ledger ledger;
        private final int read;
        private final Runnable meanwhile;
        private int reads;

        Interrupted(Ledger ledger, int read, Runnable meanwhile) {
            this.ledger = ledger;
            this.read = read;
            this.meanwhile = meanwhile;
        }

        @Override
        public <T> T read(Function<TenantTx, T> work) {
            if (++reads == read) {
                meanwhile.run();
            }
            return DATABASE.transactions().inSnapshot(ledger.tenant, work);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
    void whatIsSealedWhileItIsExportedIsThereOnce(int read) throws IOException {
        Ledger ledger = new Ledger(DATABASE);
        ledger.writeAndSeal(2, 3);
        ledger.write(60);
        List<String> written = ids(ledger);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Interrupted reader = new Interrupted(ledger, read, ledger::seal);

        new SealExport(reader, ledger.tenant, ALL, out).write();

        assertThat(reader.reads).as("the seal came in between").isGreaterThanOrEqualTo(read);
        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        List<String> exported = lines.stream()
                .filter(line -> line.startsWith("{\"id\":\""))
                .map(line -> line.substring(7, line.indexOf('"', 7)))
                .toList();
        assertThat(exported).containsExactlyElementsOf(written);
        assertThat(lines.getLast()).startsWith("{\"end\":true,").contains("\"entries\":66");
    }

    private static List<String> ids(Ledger ledger) {
        List<String> ids = new ArrayList<>();
        for (UUID id : DATABASE.transactions()
                .in(ledger.tenant, tx -> tx.list(UUID.class, "SELECT id FROM audit_entry ORDER BY time, id"))) {
            ids.add(PublicId.format("aud", id));
        }
        return ids;
    }

    @Test
    void whereTooManyWaitForTheirSealItDoesNotPretendToBeWhole() {
        Ledger ledger = new Ledger(DATABASE);
        ledger.write(4);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SealExport export = new SealExport(new Interrupted(ledger, 0, () -> {}), ledger.tenant, ALL, out, 3);

        assertThatThrownBy(export::write)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("more than 3 entries wait");

        assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("\"end\"");
    }
}
