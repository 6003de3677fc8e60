/** The operator's command. */
package io.kumo.ctl;
