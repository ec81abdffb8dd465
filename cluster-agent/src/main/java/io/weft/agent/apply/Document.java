package io.weft.agent.apply;

import com.fasterxml.jackson.databind.JsonNode;

/** A document of the desired state that is no Kubernetes object (placement, probe, scrape, read). */
public record Document(String name, String digest, String layerDigest, JsonNode body) {}
