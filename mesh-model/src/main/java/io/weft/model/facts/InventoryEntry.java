package io.weft.model.facts;

import java.util.Map;

/** One row of the inventory as the agent sent it; the body is not trusted. */
public record InventoryEntry(String kind, String namespace, String name, Map<String, ?> body) {}
