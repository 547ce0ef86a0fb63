package dev.tsumuji.dynamodb;

import java.math.BigDecimal;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** When items expire. */
final class Expiries {
    /** Of an item that doesn't. */
    static final long NEVER = -1;

    private static final BigDecimal LATEST = BigDecimal.valueOf(Long.MAX_VALUE / 2);

    private Expiries() {}

    /** The second in which an item expires: a number in the table's attribute for it, anything else is passed over. */
    static long of(Table.Expiry expiry, Map<String, AttributeValue> item) {
        var value = item.get(expiry.attribute());
        if (value == null || value.type() != AttributeValue.Type.N) {
            return NEVER;
        }
        var second = new BigDecimal(value.n());
        return second.signum() <= 0 || second.compareTo(LATEST) > 0 ? NEVER : second.longValue();
    }
}
