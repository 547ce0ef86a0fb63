package dev.tsumuji.kernel.cloud;

import java.util.Map;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Errors that no service's model has a class for. */
public final class Failures {
    private Failures() {}

    /** A client error or an operating error, by AWS's code, HTTP status and wording. */
    public static AwsServiceException of(String code, int status, String message) {
        return AwsServiceException.builder()
                .statusCode(status)
                .message(message)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .build();
    }

    /**
     * What an error tells beside its code and message, where the SDK's own exceptions keep it: {@code rawResponse} holds the
     * further elements of S3's error document as XML, {@code sdkHttpResponse} further headers of the answer.
     *
     * @param elements in the order in which the document has them
     */
    public static AwsErrorDetails details(
            String code, int status, String message, Map<String, String> elements, Map<String, String> headers) {
        var document = new StringBuilder();
        elements.forEach((name, value) -> document.append('<')
                .append(name)
                .append('>')
                .append(escaped(value))
                .append("</")
                .append(name)
                .append('>'));
        var response = SdkHttpResponse.builder().statusCode(status);
        headers.forEach(response::putHeader);
        return AwsErrorDetails.builder()
                .errorCode(code)
                .errorMessage(message)
                .rawResponse(SdkBytes.fromUtf8String(document.toString()))
                .sdkHttpResponse(response.build())
                .build();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("\r", "&#13;");
    }
}
