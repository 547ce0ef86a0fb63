package dev.tsumuji.lambda;

import java.util.List;

/**
 * One version of a layer, as it is stored.
 *
 * @param createdDate as answers show it
 * @param packageId the blob with its content
 * @param codeSha256 Base64
 * @param unzippedBytes what its content takes under {@code /opt}
 * @param deleted no longer shown and not to be had by further functions, but kept for those that use it
 */
record LayerVersion(
        String description,
        String licenseInfo,
        String createdDate,
        List<String> runtimes,
        List<String> architectures,
        String packageId,
        long codeSize,
        String codeSha256,
        long unzippedBytes,
        boolean deleted) {

    LayerVersion asDeleted() {
        return new LayerVersion(
                description,
                licenseInfo,
                createdDate,
                runtimes,
                architectures,
                packageId,
                codeSize,
                codeSha256,
                unzippedBytes,
                true);
    }
}
