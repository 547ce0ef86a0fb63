package dev.tsumuji.wire.shape;

import software.amazon.awssdk.core.protocol.MarshallingType;

/** Of what kind a member's value is. */
public enum Kind {
    STRING,
    INTEGER,
    LONG,
    SHORT,
    BYTE,
    FLOAT,
    DOUBLE,
    BIG_DECIMAL,
    BOOLEAN,
    TIMESTAMP,
    BLOB,
    STRUCTURE,
    LIST,
    MAP,
    DOCUMENT;

    static Kind of(MarshallingType<?> type) {
        return switch (type.getKnownType()) {
            case STRING -> STRING;
            case INTEGER -> INTEGER;
            case LONG -> LONG;
            case SHORT -> SHORT;
            case BYTE -> BYTE;
            case FLOAT -> FLOAT;
            case DOUBLE -> DOUBLE;
            case BIG_DECIMAL -> BIG_DECIMAL;
            case BOOLEAN -> BOOLEAN;
            case INSTANT -> TIMESTAMP;
            case SDK_BYTES -> BLOB;
            case SDK_POJO -> STRUCTURE;
            case LIST -> LIST;
            case MAP -> MAP;
            case DOCUMENT -> DOCUMENT;
            default -> throw new IllegalArgumentException("no member has the type " + type);
        };
    }

    /** Whether a value fits in a header, a label, a query parameter or a text node. */
    public boolean scalar() {
        return ordinal() <= BLOB.ordinal();
    }
}
