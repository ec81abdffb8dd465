package io.weft.api.policy;

import io.weft.api.policy.Targets.Place;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which places get a new revision at once (D6). Pure. One connected cluster per capability class; all of a class where none
 * is connected, for each of those gets it when it connects; all of them when the author says so.
 */
record FirstClusters(List<Place> now, boolean othersFollow) {
    static FirstClusters of(Collection<Place> places, boolean immediate) {
        if (immediate) {
            return new FirstClusters(List.copyOf(places), false);
        }
        Map<String, List<Place>> classes = places.stream()
                .collect(Collectors.groupingBy(Place::capabilityClass, TreeMap::new, Collectors.toList()));
        List<Place> now = new ArrayList<>();
        for (List<Place> members : classes.values()) {
            members.stream().filter(Place::connected).findFirst().ifPresentOrElse(now::add, () -> now.addAll(members));
        }
        return new FirstClusters(List.copyOf(now), now.size() < places.size());
    }
}
