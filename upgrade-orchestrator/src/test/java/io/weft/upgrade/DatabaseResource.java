package io.weft.upgrade;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.weft.testkit.TestDatabase;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A database of its own for the started service, and its login. */
public final class DatabaseResource implements QuarkusTestResourceLifecycleManager {
    private @Nullable TestDatabase database;

    @Override
    public Map<String, String> start() {
        TestDatabase made = TestDatabase.create();
        database = made;
        Map<String, String> settings = new HashMap<>(made.quarkusSettings("weft_upgrade"));
        settings.put("quarkus.http.test-port", "0");
        return settings;
    }

    @Override
    public void inject(TestInjector injector) {
        TestDatabase made = database;
        if (made != null) {
            injector.injectIntoFields(made, new TestInjector.MatchesType(TestDatabase.class));
        }
    }

    @Override
    public void stop() {
        if (database != null) {
            database.close();
        }
    }
}
