package dev.tsumuji.dynamodb.value;

import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The ten types of an attribute value. The constant's name is the type's descriptor on the wire. */
public enum Kind {
    S("STRING"),
    N("NUMBER"),
    B("BINARY"),
    SS("STRING_SET"),
    NS("NUMBER_SET"),
    BS("BINARY_SET"),
    M("MAP"),
    L("LIST"),
    BOOL("BOOLEAN"),
    NULL("NULL");

    private final String word;

    Kind(String word) {
        this.word = word;
    }

    /** What some of DynamoDB's messages call the type. */
    public String word() {
        return word;
    }

    /** Whether values of this type have an order: strings, numbers and binaries. */
    public boolean ordered() {
        return this == S || this == N || this == B;
    }

    public boolean set() {
        return this == SS || this == NS || this == BS;
    }

    /** The type of a value of exactly one type, as {@link Values#checked} has left it. */
    public static Kind of(AttributeValue value) {
        if (value.s() != null) {
            return S;
        } else if (value.n() != null) {
            return N;
        } else if (value.b() != null) {
            return B;
        } else if (value.hasM()) {
            return M;
        } else if (value.hasL()) {
            return L;
        } else if (value.bool() != null) {
            return BOOL;
        } else if (value.hasSs()) {
            return SS;
        } else if (value.hasNs()) {
            return NS;
        }
        return value.hasBs() ? BS : NULL;
    }
}
