# SPDX-License-Identifier: Apache-2.0
"""Makes the code lists and the demo data set from the files in schema/sources."""
