package org.autograd.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.ejml.data.DMatrixRMaj;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.CommonOps_FDRM;
import org.junit.jupiter.api.Test;

class EjmlTest {
  @Test
  void bothPrecisionsAreThere() {
    Ejml.open();
    assertEquals(3f, CommonOps_FDRM.trace(CommonOps_FDRM.identity(3)));
    assertEquals(3.0, CommonOps_DDRM.trace(CommonOps_DDRM.identity(3)));
    assertEquals(4, new FMatrixRMaj(2, 2).getNumElements());
    assertEquals(4, new DMatrixRMaj(2, 2).getNumElements());
  }
}
