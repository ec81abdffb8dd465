package io.weft.kit.tenancy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.kit.tenancy.Reach.Scope;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ReachTest {
    private static final UUID A = UUID.fromString("00000000-0000-7000-8000-00000000000a");
    private static final UUID B = UUID.fromString("00000000-0000-7000-8000-00000000000b");
    private static final Scope IN_A = new Scope(A, null);
    private static final Scope SHOP_IN_A = new Scope(A, "shop");

    @Test
    void aScopeCoversWhatLiesInIt() {
        Reach shop = Reach.of(List.of(SHOP_IN_A));
        Reach cluster = Reach.of(List.of(IN_A));

        assertThat(shop.covers(SHOP_IN_A)).isTrue();
        assertThat(shop.covers(IN_A)).isFalse();
        assertThat(shop.covers(new Scope(B, "shop"))).isFalse();
        assertThat(cluster.covers(SHOP_IN_A)).isTrue();
        assertThat(cluster.covers(new Scope(B, null))).isFalse();
        assertThat(cluster.covers(Scope.ORGANISATION)).isFalse();
    }

    @Test
    void theWholeOrganisationCoversAll() {
        Reach all = Reach.of(List.of(IN_A, Scope.ORGANISATION));

        assertThat(all.everywhere()).isTrue();
        assertThat(all.covers(Scope.ORGANISATION)).isTrue();
        assertThat(all.covers(new Scope(B, "shop"))).isTrue();
        assertThat(Reach.NOWHERE.covers(SHOP_IN_A)).isFalse();
        assertThat(Reach.of(List.of()).nowhere()).isTrue();
    }

    @Test
    void twoScopesHaveTheNarrowerOneInCommonOrNothing() {
        assertThat(Scope.ORGANISATION.within(SHOP_IN_A)).contains(SHOP_IN_A);
        assertThat(SHOP_IN_A.within(Scope.ORGANISATION)).contains(SHOP_IN_A);
        assertThat(IN_A.within(SHOP_IN_A)).contains(SHOP_IN_A);
        assertThat(SHOP_IN_A.within(IN_A)).contains(SHOP_IN_A);
        assertThat(IN_A.within(IN_A)).contains(IN_A);
        assertThat(IN_A.within(new Scope(B, null))).isEmpty();
        assertThat(SHOP_IN_A.within(new Scope(A, "payments"))).isEmpty();
    }

    @Test
    void aNamespaceBelongsToACluster() {
        assertThatThrownBy(() -> new Scope(null, "shop")).isInstanceOf(IllegalArgumentException.class);
    }
}
