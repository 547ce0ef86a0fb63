package dev.tsumuji.kernel.settings;

import org.jspecify.annotations.Nullable;

/**
 * A setting as it is declared, once: {@code --key VALUE} as a flag, {@code TSUMUJI_KEY} in the environment,
 * {@code key = VALUE} in the file.
 *
 * @param key lower-case words joined by dashes
 * @param defaultText null when there is none and the setting may stay unset
 * @param secret not shown by {@link Settings#effective}
 * @param meaning one sentence for usage texts
 */
public record Setting<T>(
        String key, SettingType<T> type, @Nullable String defaultText, boolean secret, String meaning) {

    public static <T> Setting<T> of(String key, SettingType<T> type, String defaultText, String meaning) {
        return new Setting<>(key, type, defaultText, false, meaning);
    }

    public static <T> Setting<T> optional(String key, SettingType<T> type, String meaning) {
        return new Setting<>(key, type, null, false, meaning);
    }

    public static <T> Setting<T> secret(String key, SettingType<T> type, String meaning) {
        return new Setting<>(key, type, null, true, meaning);
    }

    public boolean isFlag() {
        return type.equals(SettingType.FLAG);
    }
}
