package io.weft.upgrade.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class LifecycleRulesTest {
    private static final String ENDPOINTS =
            "{'apiGroups':[''],'resources':['endpoints','pods'],'verbs':['get','list','watch']}";

    private static List<String> uncovered(String granted, String needed) throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        return LifecycleRules.uncovered(
                mapper.readTree(granted.replace('\'', '"')), mapper.readTree(needed.replace('\'', '"')));
    }

    @Test
    void theSameRulesAreCovered() throws Exception {
        assertThat(uncovered("[" + ENDPOINTS + "]", "[" + ENDPOINTS + "]")).isEmpty();
    }

    @Test
    void nothingCoversWhatNobodyWasGranted() throws Exception {
        assertThat(uncovered(
                        "[]", "[{'apiGroups':['x-k8s.io'],'resources':['inferencepools'],'verbs':['get','list']}]"))
                .containsExactly("get, list of inferencepools in x-k8s.io");
    }

    @Test
    void aRuleIsCoveredPiecewiseByOthers() throws Exception {
        String halves = "[{'apiGroups':[''],'resources':['pods'],'verbs':['get','list','watch']},"
                + "{'apiGroups':['','apps'],'resources':['endpoints'],'verbs':['*']}]";

        assertThat(uncovered(halves, "[" + ENDPOINTS + "]")).isEmpty();
    }

    @Test
    void oneVerbMoreIsNotCovered() throws Exception {
        assertThat(uncovered(
                        "[" + ENDPOINTS + "]", "[{'apiGroups':[''],'resources':['pods'],'verbs':['get','delete']}]"))
                .containsExactly("delete of pods");
    }

    @Test
    void aRuleForNamedObjectsCoversThoseOnly() throws Exception {
        String named = "[{'apiGroups':[''],'resources':['secrets'],'resourceNames':['a'],'verbs':['get']}]";

        assertThat(uncovered(named, named)).isEmpty();
        assertThat(uncovered(named, named.replace("'a'", "'a','b'"))).containsExactly("get of secrets b");
        assertThat(uncovered(named, "[{'apiGroups':[''],'resources':['secrets'],'verbs':['get']}]"))
                .containsExactly("get of secrets");
        assertThat(uncovered("[{'apiGroups':[''],'resources':['secrets'],'verbs':['get']}]", named))
                .isEmpty();
    }

    @Test
    void addressesAreComparedTheSameWay() throws Exception {
        assertThat(uncovered(
                        "[{'nonResourceURLs':['/metrics'],'verbs':['get']}]",
                        "[{'nonResourceURLs':['/metrics','/debug'],'verbs':['get']}]"))
                .containsExactly("get of /debug");
    }
}
