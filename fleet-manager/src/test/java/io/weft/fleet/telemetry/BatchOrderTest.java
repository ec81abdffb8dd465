package io.weft.fleet.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.fleet.telemetry.BatchOrder.Answer;
import io.weft.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BatchOrderTest {
    private static final long RUN = 1;
    private static final int BATCHES = 50;

    @Test
    void afterARefusalNothingPassesUntilTheAgentGoesBack() {
        BatchOrder order = new BatchOrder();
        assertThat(order.arrives(RUN, 1)).isEqualTo(Answer.TAKE);
        assertThat(order.arrives(RUN, 2)).isEqualTo(Answer.TAKE);
        order.refused(RUN, 2);

        assertThat(order.arrives(RUN, 3)).isEqualTo(Answer.REFUSE);
        assertThat(order.arrives(RUN, 4)).isEqualTo(Answer.REFUSE);
        assertThat(order.arrives(RUN, 2)).isEqualTo(Answer.TAKE);
        assertThat(order.arrives(RUN, 3)).isEqualTo(Answer.TAKE);
    }

    @Test
    void anAgentThatDroppedItsOldestBatchesGoesOnWithTheNextOne() {
        BatchOrder order = new BatchOrder();
        assertThat(order.arrives(RUN, 1)).isEqualTo(Answer.TAKE);
        order.refused(RUN, 1);

        assertThat(order.arrives(RUN, 2)).isEqualTo(Answer.REFUSE);
        assertThat(order.arrives(RUN, 2)).as("said again, because 1 is gone").isEqualTo(Answer.TAKE);
    }

    @Test
    void whatWasTakenIsNotTakenTwice() {
        BatchOrder order = new BatchOrder();
        assertThat(order.arrives(RUN, 1)).isEqualTo(Answer.TAKE);

        assertThat(order.arrives(RUN, 1)).isEqualTo(Answer.ALREADY_TAKEN);
        assertThat(order.arrives(RUN + 1, 1)).as("a new run starts over").isEqualTo(Answer.TAKE);
    }

    /** An agent that goes back to its oldest unacknowledged batch, a store that refuses at random: no gap, no repetition. */
    @Test
    void whateverIsRefusedTheStoreSeesEveryBatchOnceInOrder() {
        Seeds.first(2_000)
                .forEach(random -> assertThat(stored(random))
                        .isEqualTo(LongStream.rangeClosed(1, BATCHES).boxed().toList()));
    }

    private static List<Long> stored(RandomGenerator random) {
        BatchOrder order = new BatchOrder();
        List<Long> stored = new ArrayList<>();
        long next = 1;
        while (stored.size() < BATCHES) {
            boolean goesBack = random.nextInt(5) == 0 || next > BATCHES;
            long sequence = goesBack ? stored.size() + 1 : next;
            next = sequence + 1;
            if (order.arrives(RUN, sequence) == Answer.TAKE) {
                assertThat(sequence).as("no gap, no repetition").isEqualTo(stored.size() + 1);
                if (random.nextInt(4) == 0) {
                    order.refused(RUN, sequence);
                } else {
                    stored.add(sequence);
                }
            }
        }
        return stored;
    }
}
