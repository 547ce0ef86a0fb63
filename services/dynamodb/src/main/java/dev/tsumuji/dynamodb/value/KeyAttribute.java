package dev.tsumuji.dynamodb.value;

/**
 * An attribute of a key.
 *
 * @param kind {@link Kind#S}, {@link Kind#N} or {@link Kind#B}
 */
public record KeyAttribute(String name, Kind kind) {}
