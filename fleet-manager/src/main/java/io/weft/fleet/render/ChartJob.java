package io.weft.fleet.render;

/**
 * One chart to be rendered.
 *
 * @param archive the packed chart (.tgz)
 * @param valuesJson values as a JSON object
 */
public record ChartJob(String chart, byte[] archive, String valuesJson, String releaseName, String namespace) {}
