package io.weft.api.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.kit.id.TenantId;
import java.io.IOException;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ExportSlotsTest {
    private final ExportSlots slots = new ExportSlots();
    private int written;

    @Test
    void afterTheMostThatRunAtOnceAnotherIsRefusedAndTakesNoPlace() throws IOException {
        inside(1);

        assertThat(written).isEqualTo(ExportSlots.MOST);
        slots.run(organisation(ExportSlots.MOST + 1), () -> written++);
        assertThat(written).isEqualTo(ExportSlots.MOST + 1);
    }

    private void inside(int number) throws IOException {
        if (number > ExportSlots.MOST) {
            assertThatThrownBy(() -> slots.run(organisation(number), () -> written++))
                    .hasMessageContaining("Too many exports");
            return;
        }
        slots.run(organisation(number), () -> {
            written++;
            inside(number + 1);
        });
    }

    private static TenantId organisation(int number) {
        return new TenantId(new UUID(0, number));
    }
}
