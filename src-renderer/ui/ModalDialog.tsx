import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { IconButton } from './IconButton.tsx';

interface ModalDialogProps {
  readonly title: string;
  readonly size?: 'form' | 'wide' | 'screen';
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A dialog over the window, drawn while it is open. Escape closes it, and the focus goes back to where it was. */
export function ModalDialog({ title, size = 'form', onClose, children }: ModalDialogProps): ReactNode {
  return (
    <ModalOverlay
      className="modal-shade"
      isOpen
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Modal className={`modal modal-${size}`}>
        <Dialog className="modal-dialog">
          <div className="modal-head">
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            <IconButton icon={X} label="Close" onPress={onClose} />
          </div>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
