package io.weft.kit.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.testkit.Seeds;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicIdTest {
    @Test
    void anIdComesBackFromItsPublicForm() {
        Seeds.first(2_000).forEach(random -> {
            UUID id = new UUID(random.nextLong(), random.nextLong());
            assertThat(PublicId.parse("clu", PublicId.format("clu", id))).isEqualTo(id);
        });
    }

    @Test
    void theFormIsTheOneOfTheSpecification() {
        assertThat(PublicId.format("clu", new UUID(-1, -1))).isEqualTo("clu_7zzzzzzzzzzzzzzzzzzzzzzzzz");
        assertThat(PublicId.format("clu", new UUID(0, 33))).isEqualTo("clu_00000000000000000000000011");
    }

    @Test
    void laterIdsSortLater() {
        String earlier = PublicId.format("clu", UuidV7.next());
        assertThat(PublicId.format("clu", UuidV7.next())).isGreaterThan(earlier);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "clu_",
                "msh_00000000000000000000000011",
                "clu_0000000000000000000000001",
                "clu_000000000000000000000000111",
                "clu_8zzzzzzzzzzzzzzzzzzzzzzzzz",
                "clu_0000000000000000000000001I",
                "clu_0000000000000000000000001A",
                "clu_0000000000000000000000001é"
            })
    void anythingElseIsRefusedWithoutRepeatingIt(String text) {
        assertThatThrownBy(() -> PublicId.parse("clu", text))
                .isInstanceOf(PublicId.InvalidPublicId.class)
                .message()
                .satisfies(message -> assertThat(text.isEmpty() || !message.contains(text) || text.equals("clu_"))
                        .isTrue());
    }
}
