package io.weft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeedsTest {
    @Test
    void theSameSeedGivesTheSameWorld() {
        assertThat(numbers()).isEqualTo(numbers()).doesNotHaveDuplicates().hasSize(100);
    }

    private static List<Long> numbers() {
        List<Long> numbers = new ArrayList<>();
        Seeds.first(100).forEach(random -> numbers.add(random.nextLong()));
        return numbers;
    }

    @Test
    void aFailureNamesItsSeed() {
        List<Long> numbers = numbers();
        assertThatThrownBy(() -> Seeds.first(100)
                        .forEach(random -> assertThat(random.nextLong()).isNotEqualTo(numbers.get(7))))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("Seed 7 (again: -Dseed=7)");
    }
}
