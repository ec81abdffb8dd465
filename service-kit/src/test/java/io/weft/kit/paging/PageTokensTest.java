package io.weft.kit.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.kit.id.TenantId;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PageTokensTest {
    private static final TenantId TENANT = new TenantId(new UUID(1, 1));
    private static final PageTokens.Position LAST =
            new PageTokens.Position(Instant.parse("2026-11-25T10:00:00.123456Z"), new UUID(5, 6));

    private final PageTokens tokens = new PageTokens(new byte[32]);

    @Test
    void aTokenGivesThePositionBack() {
        String token = tokens.after(LAST, TENANT, "clusterId=c1");
        assertThat(tokens.read(token, TENANT, "clusterId=c1")).isEqualTo(LAST);
    }

    @Test
    void anotherOrganisationCannotUseIt() {
        assertRefused(tokens.after(LAST, TENANT, ""), new TenantId(new UUID(1, 2)), "");
    }

    @Test
    void otherFiltersCannotUseIt() {
        assertRefused(tokens.after(LAST, TENANT, "clusterId=c1"), TENANT, "clusterId=c2");
    }

    @Test
    void everyChangedCharacterIsNoticed() {
        String token = tokens.after(LAST, TENANT, "");
        for (int position = 0; position < token.length() - 1; position++) {
            char other = token.charAt(position) == 'A' ? 'B' : 'A';
            assertRefused(token.substring(0, position) + other + token.substring(position + 1), TENANT, "");
        }
    }

    @Test
    void anotherKeyIsRefused() {
        byte[] other = new byte[32];
        other[0] = 1;
        assertRefused(new PageTokens(other).after(LAST, TENANT, ""), TENANT, "");
    }

    @Test
    void rubbishIsRefused() {
        assertRefused("", TENANT, "");
        assertRefused("!".repeat(75), TENANT, "");
        assertRefused("A".repeat(100_000), TENANT, "");
    }

    private void assertRefused(String token, TenantId tenant, String filters) {
        assertThatThrownBy(() -> tokens.read(token, tenant, filters))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.type()).isEqualTo(ProblemType.PAGE_TOKEN_INVALID));
    }
}
