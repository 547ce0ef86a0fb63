/*
 * What a JVM can't do to itself: change its working directory, and its variables as native code sees them. Used once by a stem,
 * when it becomes a function, while it has one thread.
 */
#define _GNU_SOURCE
#include <jni.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A copy of the bytes, ended by \0; never freed, because variables point into it. */
static char *text_of(JNIEnv *env, jbyteArray bytes, jsize *length) {
    *length = (*env)->GetArrayLength(env, bytes);
    char *text = malloc(*length + 1);
    if (!text) return NULL;
    (*env)->GetByteArrayRegion(env, bytes, 0, *length, (jbyte *)text);
    text[*length] = 0;
    return text;
}

JNIEXPORT jboolean JNICALL Java_dev_tsumuji_bootstrap_Surroundings_enter(JNIEnv *env, jclass type, jbyteArray directory) {
    (void)type;
    jsize length;
    char *path = text_of(env, directory, &length);
    jboolean done = path && chdir(path) == 0;
    free(path);
    return done;
}

JNIEXPORT jboolean JNICALL Java_dev_tsumuji_bootstrap_Surroundings_variables(JNIEnv *env, jclass type, jbyteArray variables) {
    (void)type;
    jsize length;
    char *text = text_of(env, variables, &length);
    if (!text || clearenv()) return JNI_FALSE;
    for (char *at = text; at < text + length; at += strlen(at) + 1)
        if (putenv(at)) return JNI_FALSE;
    return JNI_TRUE;
}
